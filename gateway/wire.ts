// The composition root: everything that the gateway and the worker are made of, from one configuration. Nothing else
// reads the configuration or decides what is behind an interface.
import path from 'node:path'
import { watchBacklog } from '../audit/backlog.ts'
import { confirmCommitted } from '../audit/committed.ts'
import { readLog } from '../audit/log.ts'
import { proveInclusion } from '../audit/proofs.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { loadEstablishments } from '../policies/establishments.ts'
import { loadPolicies } from '../policies/pack.ts'
import { resolveRetention } from '../policies/retention.ts'
import { versionsIn } from '../policies/versions.ts'
import { deciding, live, openPolicies, type Policies } from './agreements/policies.ts'
import { describeHub } from './hub/exchanges.ts'
import { describeHubPublication } from './clearance/hub-publication.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { openDatabase, type Database } from './db.ts'
import { createJudge } from './decisions/judge.ts'
import { describeConcernsExport } from './exports/concerns-export.ts'
import { endOfDelivery } from './exports/end.ts'
import { outstanding } from './exports/watch.ts'
import { openForgottenList } from './forgetting/list.ts'
import { replayErasures, type ReplayDeps } from './forgetting/replay.ts'
import { openJobQueue, type JobQueue } from './jobs.ts'
import { lookAtSigningKeys, openKeyDirectory } from './key-directory.ts'
import { openLedger } from './ledger.ts'
import { ledgerPlace } from './ledger-place.ts'
import { verifierKeyLines } from './ledger-signer.ts'
import { asksWitnesses } from './ledger-witnesses.ts'
import type { Log } from './log.ts'
import { openMailer } from './mail.ts'
import { openKeyStore } from './open-key-store.ts'
import { askMailServer, openSealedMailer } from './sealed-mail.ts'
import { createIdentify } from './people/identify.ts'
import { findIdentityProvider } from './people/identity-provider.ts'
import { replayDestructions, type DestroyedSinceDeps } from './retention/destroyed-since.ts'
import type { EntryProof } from './retention/certify.ts'
import { copyDutiesIn } from './retention/copy-duties.ts'
import type { Ends } from './retention/end.ts'
import { destructionState } from './retention/overdue.ts'
import { confirmKeyStore } from './retention/key-store-check.ts'
import { countKeyUse } from './retention/reconcile.ts'
import { missedReminders } from './people/key-reminders.ts'
import { replayDestroyedPhotographs } from './photographs/destroyed-since.ts'
import { describePhotographs } from './photographs/exchange.ts'
import { signingKeysInUse } from './signing/keys-in-use.ts'
import { createPostgresSource } from './sources/postgres-source.ts'
import { clausesFor } from './transfers/clauses.ts'
import { supplyClocksIn } from './transfers/duties.ts'
import { endOfTransfer } from './transfers/end.ts'
import { exchangesIn, type Exchanges } from './transfers/exchange.ts'
import type { Transfer } from './transfers/transfer.ts'
import { openFileVault } from './vault.ts'

export type Wiring = Awaited<ReturnType<typeof wire>>

export interface WireOptions {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Only a first start makes signing keys; afterwards a key that is missing stops the start. */
  readonly createMissingKeys: boolean
}

export async function wire({ config, clock, log, version, createMissingKeys }: WireOptions) {
  const startedAt = clock()
  const shipped = await loadPolicies()
  const keys = await openKeyDirectory(config.keyDirectory, { createMissing: createMissingKeys, email: config.mailFrom, at: clock() }) // prettier-ignore
  const [keyStore, databases] = [await openKeyStore(config, { createMissing: createMissingKeys }), openDatabases(config, log)] // prettier-ignore
  const policies = await openPolicies(databases.gateway, { ...versionsIn(shipped.sources), loaded: shipped.agreements }, clock) // prettier-ignore
  const db = deciding(databases.gateway, policies)
  await announceLostKeys(db, keyStore, log, startedAt)
  const forgottenList = openForgottenList(path.join(config.ledgerDirectory, 'forgotten'), keys.forgotten)
  const vault = await openFileVault(config.vaultDirectory)
  const ledger = await openLedger({ db: databases.ledger, clock, log, beforeServing: () => keepDestroyed({ db, clock, log, forgottenList, vault, keyStore }), origin: config.ledgerOrigin, signWith: keys.ledger, place: ledgerPlace(config), policyFile: config.ledgerPolicy, timeAuthority: config.timeAuthority, auditQueue: config.auditQueue }) // prettier-ignore
  const signingKeys = signingKeysInUse({ db, clock, log, load: () => lookAtSigningKeys(config.keyDirectory, clock()), ledgerDoubt: () => ledger.doubt() }, keys) // prettier-ignore
  const jobs = await openJobQueue(db, (error) => log.error('jobs', { error }))
  const identityProvider = findIdentityProvider(config.oidc)
  return {
    config, clock, log, version, db, jobs, identityProvider,
    identify: createIdentify({ identityProvider, issuer: config.oidc.issuer, audience: config.apiAudience, clock }),
    policies,
    reading: databases.gateway,
    judge: createJudge(policies),
    ...exchanging(policies, jobs, config),
    ...liveParts(policies),
    establishments: await loadEstablishments(),
    publicUrl: config.publicUrl,
    ...clocksOf(policies),
    retention: retentionOf(policies),
    source: createPostgresSource(databases.source.pool, shipped.agreements.datasets.values()),
    vault,
    keyStore,
    signingKeys, get signer() { return signingKeys.packages }, get certificateJwk() { return { ...signingKeys.certificates.publicJwk } },
    backupDays: config.backupDays,
    forgottenList,
    verifierKey: ledger.verifierKey, verifierKeys: verifierKeyLines(ledger.keys, keys.retiredLedgerKeys),
    proofOf: (entryId: string) => ({ entryId, confirm: () => confirmCommitted(db, entryId).then(() => undefined), count: (itemId: string) => countKeyUse(db, { itemId, entryId, at: clock() }) }),
    proveDestruction: (itemId: string) => proveDestruction(db, ledger.origin, itemId, asksWitnesses(ledger.policy)),
    policyHolds: asksWitnesses(ledger.policy),
    clausesFor: clausesFor(policies),
    ...(await mailersOf(config)),
    ledgerProcess: ledger,
    ledger: () => ledger.state(),
    ledgerDoubt: () => ledger.doubt(),
    ...whatIsOwed(db, clock, startedAt),
    get concernsExport() { return describeConcernsExport(policies.today()) }, get hub() { return describeHub(policies.today()) }, get hubPublication() { return describeHubPublication(policies.today()) }, get photographs() { return describePhotographs(policies.today()) },
    ledgerBusy: watchBacklog(db, clock, 250, () => performance.now()),
    close: async () => {
      await Promise.all([jobs.stop(), ledger.stop(), signingKeys.stop()])
      await Promise.all([db.close(), databases.ledger.close(), databases.source.close()])
    },
  } // prettier-ignore
}

async function mailersOf(config: Config) {
  return {
    sendMail: await openMailer(config),
    sendSealed: openSealedMailer(config),
    mailServerAnswers: askMailServer(config),
  }
}

async function announceLostKeys(db: Database, store: KeyStore, log: Log, now: Date): Promise<void> {
  for (const shelf of await confirmKeyStore(db, store, now)) log.error('key-store.lost', { shelf })
}

/** What health asks: duties that nothing but a look at the database shows to be neglected. */
function whatIsOwed(db: Database, clock: Clock, startedAt: Date) {
  return {
    destruction: () => destructionState(db, clock(), startedAt),
    missedReminders: () => missedReminders(db, clock()),
    exportsOutstanding: (now: Date) => outstanding(db, now),
  }
}

/** What a restore of the database brought back is forgotten and destroyed again. */
export async function keepDestroyed(deps: ReplayDeps & DestroyedSinceDeps): Promise<void> {
  await replayErasures(deps)
  await replayDestructions(deps)
  await replayDestroyedPhotographs(deps)
}

/** What is exchanged, and what the end of each kind of item comes to. */
function exchanging(
  policies: Policies,
  jobs: JobQueue,
  { publicUrl }: Config,
): { exchanges: Exchanges; ends: Ends } {
  const exchanges = exchangesIn(policies)
  const exported = { get concernsExport() { return describeConcernsExport(policies.today()) } } // prettier-ignore
  const ends = { transfer: endOfTransfer({ jobs, publicUrl, exchanges }), delivery: endOfDelivery(exported) }
  return { exchanges, ends }
}

/** The clocks that acts start. */
function clocksOf(policies: Policies) {
  return { supplyClocks: supplyClocksIn(policies), copyDuties: copyDutiesIn(policies) }
}

/** What the packs refer to, as it is in force. */
function liveParts(policies: Pick<Policies, 'today'>) {
  return {
    datasets: live(() => policies.today().datasets),
    purposes: live(() => policies.today().purposes),
    parties: live(() => policies.today().parties),
    schedules: live(() => policies.today().schedules),
    binds: (party: string) => (agreement: string) =>
      policies.today().agreements.get(agreement)?.parties.includes(party) ?? false,
  }
}

function openDatabases(config: Config, log: Log) {
  const open = (url: string, applicationName: string, maxConnections: number) =>
    openDatabase(url, {
      applicationName,
      maxConnections,
      onIdleError: (error) => log.warn('database.idle', { error }),
    })
  return {
    gateway: open(config.databaseUrl, 'concordat-gateway', 20),
    ledger: open(config.ledgerDatabaseUrl, 'concordat-ledger', 4),
    source: open(config.sourceDatabaseUrl, 'concordat-source', 6),
  }
}

function retentionOf(policies: Pick<Policies, 'today'>) {
  return ({
    agreement,
    from,
    to,
    retentionClass,
  }: Pick<Transfer, 'agreement' | 'from' | 'to' | 'retentionClass'>) =>
    resolveRetention(policies.today(), agreement, from, to, retentionClass)
}

async function proveDestruction(
  db: Database,
  origin: string,
  itemId: string,
  policyHolds: boolean,
): Promise<EntryProof | undefined> {
  const { lines } = await readLog(
    db,
    { type: 'item.destroyed', subject: { kind: 'item', id: itemId } },
    { limit: 1 },
  )
  const line = lines[0]
  if (!line) return undefined
  const { entryId, clauses } = line
  const proved = await proveInclusion(db, entryId, { policyHolds })
  if (proved.outcome !== 'proved') return undefined
  const { rows } = await db.query(
    `select encode(leaf_hash, 'base64') as leaf_hash from ledger.entry where id = $1`,
    [entryId],
  )
  return {
    origin,
    entryId,
    leafHash: String(rows[0]?.['leaf_hash']),
    index: proved.index,
    clauses,
    proof: proved.proof,
  }
}
