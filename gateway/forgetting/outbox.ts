// Mails that named a person who was forgotten, as files of the outbox: they go after the commit, and a crash between the two
// is made good by the next sweep.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db.ts'
import { markFilesRemoved, unfinishedErasures } from './store.ts'

export interface OutboxDeps {
  readonly db: Database
  readonly clock: Clock
  readonly config: Pick<Config, 'mail'>
}

export async function removeForgottenMails({ db, clock, config }: OutboxDeps): Promise<void> {
  for (const { id, mails } of await unfinishedErasures(db)) {
    if ('directory' in config.mail)
      for (const mail of mails) await rm(path.join(config.mail.directory, `${mail}.eml`), { force: true })
    await markFilesRemoved(db, id, clock())
  }
}
