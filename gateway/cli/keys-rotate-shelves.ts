// `concordat keys rotate-shelves`: gives everything that is kept a new shelf key, while the gateway serves.
import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../clock.ts'
import { parseMoveConfig, processEnvironment } from '../config.ts'
import { exitCodes } from './failure.ts'

export function rotateShelvesVerb(): Command {
  return new Command('rotate-shelves')
    .description('Give everything that is kept a new shelf key, while the gateway serves.')
    .option(
      '--made-before <instant>',
      'leave shelves that were made later alone; now when not given',
      instant,
    )
    .option('--at-once <shelves>', 'how many are closed before the worker is waited for', count, 20)
    .addHelpText(
      'after',
      `
DATABASE_URL says where. The worker does the work, so one must be running: on its next pass it moves each item of a closed shelf to a
new generation of the shelf, with a new key, judges and records each move, and destroys the old key. Nothing is sealed anew, and
everything can be collected meanwhile. A shelf apart, of an item that something holds, is left until the hold is lifted, and a
photograph has a key of its own: at the end it is said how many were left out.

Progress is printed. Stop it with Ctrl-C: shelves that were closed are finished by the worker, the others stay as they are. To go on,
give --made-before as the command printed it.

Example:
  $ npx concordat keys rotate-shelves --at-once 50
`,
    )
    .action(async (options: { readonly madeBefore?: Date; readonly atOnce: number }) => {
      await rotate(options.madeBefore ?? systemClock(), options.atOnce)
    })
}

async function rotate(madeBefore: Date, atOnce: number): Promise<void> {
  const { databaseUrl } = parseMoveConfig(processEnvironment())
  const { openDatabase } = await import('../db.ts')
  const { countLeftOut, rotateShelves } = await import('../rotation/rotate-shelves.ts')
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const db = openDatabase(databaseUrl, { applicationName: 'concordat-rotate', maxConnections: 1 })
  try {
    process.stdout.write(`Shelves made before ${madeBefore.toISOString()} get new keys. To go on after a stop: --made-before ${madeBefore.toISOString()}\n`) // prettier-ignore
    const progress = ({ open, ending }: { open: number; ending: number }) => {
      process.stdout.write(`${open} to do, ${ending} with the worker\n`)
    }
    const left = await rotateShelves({ db, clock: systemClock, madeBefore, atOnce, progress, pause: () => waitUnlessStopped(stop.signal) }) // prettier-ignore
    const isDone = left.open + left.ending === 0
    process.stdout.write(isDone ? 'Done: every shelf of a date has a new key, and the old ones are destroyed.\n' : `Stopped: ${left.open} shelves are as they were, ${left.ending} are finished by the worker.\n`) // prettier-ignore
    process.stdout.write(inWords(await countLeftOut(db, madeBefore)))
    process.exitCode = isDone ? exitCodes.done : exitCodes.failed
  } finally {
    await db.close()
  }
}

/** Empty where nothing was left out. */
function inWords({ held, photographs }: { readonly held: number; readonly photographs: number }): string {
  const why = [
    ...(held > 0 ? [`${held} held ${held === 1 ? 'item' : 'items'}: a shelf apart has one item and one key, which ends when the hold is lifted and the item moves or goes`] : []),
    ...(photographs > 0 ? [`${photographs} ${photographs === 1 ? 'photograph' : 'photographs'}: each has a key of its own, which ends with it`] : []),
  ] // prettier-ignore
  return why.length === 0
    ? ''
    : `Left out, with the keys that they have:\n${why.map((line) => `  ${line}.\n`).join('')}`
}

const lookEveryMs = 5000

/** @returns false when it was stopped meanwhile */
export function waitUnlessStopped(stopped: AbortSignal): Promise<boolean> {
  if (stopped.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), lookEveryMs)
    stopped.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}

function instant(text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('It is an instant like 2027-01-31T09:00:00Z.')
  return at
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 9999.')
  return Number(text)
}
