// Days as whole numbers since 1970-01-01, so that the generator can count with them, and as 'YYYY-MM-DD'.

const dayMs = 86_400_000

export function toDayNumber(day: string): number {
  const instant = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(instant)) throw new Error(`'${day}' is not a day`)
  return instant / dayMs
}

export function toDay(dayNumber: number): string {
  return new Date(dayNumber * dayMs).toISOString().slice(0, 10)
}
