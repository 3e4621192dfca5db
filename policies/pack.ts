// Loads everything that decides: the agreements, the gateway's own rules, and what they refer to. All faults are found in
// one pass and thrown together; nothing is ever loaded in part, and what was loaded does not change.
import { rulesOf, type Agreement, type Agreements, type Clause, type Pack } from './agreements.ts'
import { readCatalogue } from './dataset.ts'
import { lintExamples } from './examples.ts'
import { inOrder, PackFault, type Fault } from './fault.ts'
import { leftOvers } from './left-over.ts'
import { lint } from './lint.ts'
import { agreementShape, gatewayShape, type AgreementFile } from './pack-shape.ts'
import { partiesShape, type PartyEntry } from './parties.ts'
import { readPack } from './read-pack.ts'
import { readSchedules } from './retention.ts'
import { checkSchema, lintNeverFalse, validateTogether } from './rules.ts'
import { hashBesideAgreements, readSources, type Sources } from './sources.ts'
import { parseYaml } from './yaml-file.ts'

/**
 * Loads the policies folder.
 *
 * @param dir the folder with agreements/, local/, datasets/, schedules/, parties.yaml and concordat.cedarschema
 * @throws {PackFault} with every fault, its file, its line and what to do
 */
export async function loadAgreements(dir: string = import.meta.dirname): Promise<Agreements> {
  return (await loadPolicies(dir)).agreements
}

/** The same, with the texts that it was loaded from. @throws {PackFault} */
export async function loadPolicies(
  dir: string = import.meta.dirname,
): Promise<{ readonly sources: Sources; readonly agreements: Agreements }> {
  const { sources, faults } = await readSources(dir)
  if (faults.length > 0) throw new PackFault(inOrder(faults))
  return { sources, agreements: assemble(sources) }
}

/**
 * The same from texts that were already read.
 *
 * @param options `tryExamples` false for what was tried before: a later release may bring examples that it never knew
 * @throws {PackFault} with every fault
 */
export function assemble(
  sources: Sources,
  options: { readonly tryExamples: boolean } = { tryExamples: true },
): Agreements {
  const faults: Fault[] = leftOvers(sources)
  const all = readAll(sources, faults)
  if (all) faults.push(...lint(all))
  if (all && options.tryExamples && faults.length === 0) faults.push(...lintExamples(all))
  // Slow. Where all examples hold there is nothing to find, as one of each outcome is asked for of every rule.
  if (all && faults.length > 0)
    faults.push(...lintNeverFalse([all.local, ...all.agreements.values()].flatMap(rulesOf), all.schema))
  if (all === undefined || faults.length > 0) throw new PackFault(inOrder(faults))
  return all
}

/** @returns undefined where too little could be read to check the rest against; `faults` says why */
function readAll(sources: Sources, faults: Fault[]): Agreements | undefined {
  const schemaFile = 'concordat.cedarschema'
  const schema = sources.get(schemaFile) ?? ''
  if (!checkSchema(schemaFile, schema, faults)) return undefined
  validateTogether(new Map([...sources].filter(([path]) => path.endsWith('.cedar'))), schema)
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

/** Those of the gateway, and those that an agreement brings in a file of its own. */
function readParties(sources: Sources, faults: Fault[]): Map<string, PartyEntry> {
  const parties = new Map<string, PartyEntry>()
  const brought = [...sources.keys()].filter((path) => /^agreements\/[^/]+\/parties\.yaml$/.test(path))
  for (const path of ['parties.yaml', ...brought]) {
    const file = parseYaml(path, sources.get(path) ?? '', partiesShape, faults)
    for (const [index, party] of (file?.value.parties ?? []).entries()) {
      if (parties.has(party.key) && file)
        faults.push({ code: 'duplicate', ...file.place(['parties', index]), message: `The party ${party.key} is there already.`, remedy: 'Leave it out: every agreement can name it.' }) // prettier-ignore
      else parties.set(party.key, party)
    }
  }
  return parties
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
