// What an opened package shows: its marking and handling, when it has to be destroyed, what is in it, and its first rows.
// Everything is set as text; nothing of a package is ever read as markup.
import { firstRows } from './csv-rows.ts'
import { element, show } from './elements.ts'
import { unzip, zipEntries, type ZipEntry } from './zip.ts'

export interface PackageShown {
  readonly marking: string
  readonly handling: string
  readonly destroyBy: string
  readonly rowCount: string
  readonly entries: readonly ZipEntry[]
  /** The header and the first rows. */
  readonly preview: readonly (readonly string[])[]
}

const previewRows = 20
const previewBytes = 256 * 1024
const largestText = 1024 * 1024

/** @throws {Error} in plain words, where it is not one of our packages; nothing is shown then */
export async function readPackage(archive: Uint8Array): Promise<PackageShown> {
  const entries = zipEntries(archive)
  const text = async (name: string, most: number) => {
    const entry = entries.find((each) => each.name === name)
    if (!entry) throw new Error(`There is no ${name} in this package, so it is not one of this service’s.`)
    return new TextDecoder().decode(await unzip(archive, entry, most))
  }
  const described = recordOf(JSON.parse(await text('datapackage.json', largestText)))
  const said = recordOf(described['concordat'])
  const data = entries.find(({ name }) => name === 'data.csv')
  const csv = await text('data.csv', previewBytes)
  const [resource] = Array.isArray(described['resources']) ? (described['resources'] as unknown[]) : []
  return {
    marking: String(said['marking']),
    handling: await text('HANDLING.txt', largestText),
    destroyBy: destroyByOf(recordOf(said['destroyBy'])),
    rowCount: String(recordOf(resource)['rowCount']),
    entries,
    preview: firstRows(csv, previewRows + 1, (data?.sizeBytes ?? 0) <= previewBytes),
  }
}

function destroyByOf({ date, rule }: Record<string, unknown>): string {
  if (typeof date !== 'string') return String(rule)
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  )
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // looked at name by name
}

export function showPackage(shown: PackageShown, signedAt: Date | undefined): void {
  for (const id of ['opened-marking', 'opened-marking-below'])
    element(id, HTMLElement).textContent = shown.marking
  element('opened-destroy-by', HTMLElement).textContent = shown.destroyBy
  element('opened-rows', HTMLElement).textContent = shown.rowCount
  element('opened-signed', HTMLElement).textContent = signedAt
    ? new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/London' }).format(signedAt) // prettier-ignore
    : ''
  element('opened-handling', HTMLElement).textContent = shown.handling
  element('opened-contents', HTMLElement).replaceChildren(
    ...shown.entries.map(({ name, sizeBytes }) => row('td', [name, sizeBytes.toLocaleString('en-GB')])),
  )
  const [header = [], ...rows] = shown.preview
  element('opened-header', HTMLElement).replaceChildren(row('th', header))
  element('opened-preview', HTMLElement).replaceChildren(...rows.map((cells) => row('td', cells)))
  show('opened').focus()
}

function row(kind: 'td' | 'th', cells: readonly string[]): HTMLTableRowElement {
  const line = document.createElement('tr')
  line.className = 'govuk-table__row'
  line.append(
    ...cells.map((text) => {
      const cell = document.createElement(kind)
      cell.className = kind === 'th' ? 'govuk-table__header' : 'govuk-table__cell'
      if (cell instanceof HTMLTableCellElement && kind === 'th') cell.scope = 'col'
      cell.textContent = text
      return cell
    }),
  )
  return line
}
