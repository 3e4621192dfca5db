// Loads everything that decides: the agreements, the gateway's own rules, and what they refer to. All faults are found in
// one pass and thrown together; nothing is ever loaded in part, and what was loaded does not change.
import { type Agreement, type Agreements, type Clause, type Pack } from './agreements.ts'
import { readCatalogue } from './dataset.ts'
import { lintExamples } from './examples.ts'
import { inOrder, PackFault, type Fault } from './fault.ts'
import { leftOvers } from './left-over.ts'
import { lint } from './lint.ts'
import { agreementShape, gatewayShape, type AgreementFile } from './pack-shape.ts'
import { partiesShape, type PartyEntry } from './parties.ts'
import { readPack } from './read-pack.ts'
import { readSchedules } from './retention.ts'
import { checkSchema } from './rules.ts'
import { hashBesideAgreements, readSources, type Sources } from './sources.ts'
import { parseYaml } from './yaml-file.ts'

/**
 * Loads the policies folder.
 *
 * @param dir the folder with agreements/, local/, datasets/, schedules/, parties.yaml and concordat.cedarschema
 * @throws {PackFault} with every fault, its file, its line and what to do
 */
export async function loadAgreements(dir: string = import.meta.dirname): Promise<Agreements> {
  const { sources, faults } = await readSources(dir)
  if (faults.length > 0) throw new PackFault(inOrder(faults))
  return assemble(sources)
}

/**
 * The same from texts that were already read.
 *
 * @throws {PackFault} with every fault
 */
export function assemble(sources: Sources): Agreements {
  const faults: Fault[] = leftOvers(sources)
  const all = readAll(sources, faults)
  if (all) faults.push(...lint(all))
  if (all && faults.length === 0) faults.push(...lintExamples(all))
  if (all === undefined || faults.length > 0) throw new PackFault(inOrder(faults))
  return all
}

/** @returns undefined where too little could be read to check the rest against; `faults` says why */
function readAll(sources: Sources, faults: Fault[]): Agreements | undefined {
  const schemaFile = 'concordat.cedarschema'
  const schema = sources.get(schemaFile) ?? ''
  if (!checkSchema(schemaFile, schema, faults)) return undefined
  const parties = readParties(sources, faults)
  const partyKeys = new Set(parties.keys())
  const catalogue = readCatalogue(sources, partyKeys, faults)
  const schedules = readSchedules(sources, partyKeys, faults)
  const local = readPack(sources, 'local', { name: 'gateway.yaml', shape: gatewayShape }, schema, faults)
  const agreements = foldersOf(sources).flatMap((folder) => {
    const pack = readPack(sources, folder, { name: 'agreement.yaml', shape: agreementShape }, schema, faults)
    return pack ? [agreementOf(pack)] : []
  })
  if (local === undefined) return undefined
  return {
    ...catalogue,
    local,
    parties,
    schedules,
    schema,
    agreements: new Map(agreements.map((agreement) => [agreement.key, agreement])),
    clauses: clausesOf([local, ...agreements]),
    localHash: hashBesideAgreements(sources),
  }
}

function readParties(sources: Sources, faults: Fault[]): Map<string, PartyEntry> {
  const file = parseYaml('parties.yaml', sources.get('parties.yaml') ?? '', partiesShape, faults)
  return new Map(file?.value.parties.map((party) => [party.key, party]))
}

function foldersOf(sources: Sources): string[] {
  const folders = [...sources.keys()].flatMap((path) => /^agreements\/[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)]
}

function agreementOf(pack: Pack<AgreementFile>): Agreement {
  const exchanges = pack.paragraphs.flatMap((paragraph) => paragraph.exchanges)
  return {
    ...pack.head.value,
    ...pack,
    exchanges: new Map(exchanges.map((exchange) => [exchange.key, exchange])),
  }
}

function clausesOf(packs: readonly Pack<unknown>[]): Map<string, Clause> {
  const clauses = packs.flatMap((pack) => pack.paragraphs.flatMap((paragraph) => paragraph.clauses))
  return new Map(clauses.map((clause) => [clause.id, clause]))
}
