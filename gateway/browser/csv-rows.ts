// The first rows of a CSV file (RFC 4180), for a look at it: quoted cells with commas, quotes and line ends in them.

/** @returns at most `most` whole rows; a last one that the text cuts off is left out unless the text is the whole file */
export function firstRows(text: string, most: number, isWhole: boolean): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const character = text.charAt(at)
    if (quoted && character === '"' && text.charAt(at + 1) === '"') {
      cell += '"'
      at += 1
    } else if (character === '"') quoted = !quoted
    else if (quoted || (character !== ',' && character !== '\n')) cell += character
    else {
      row.push(character === '\n' && cell.endsWith('\r') ? cell.slice(0, -1) : cell)
      cell = ''
      if (character === '\n') {
        rows.push(row)
        row = []
      }
    }
  }
  if (isWhole && rows.length < most && (cell !== '' || row.length > 0)) rows.push([...row, cell])
  return rows
}
