// The time, as a parameter: the composition root passes the system's, tests and rehearsals pass another.
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** A clock that was set to an instant and runs on from there: for rehearsals of a day that has not come. */
export function clockSetTo(instant: Date, running: Clock = systemClock): Clock {
  const offset = instant.getTime() - running().getTime()
  return () => new Date(running().getTime() + offset)
}
