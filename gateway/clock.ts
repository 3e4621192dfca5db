// The time, as a parameter: the composition root passes the system's, tests and rehearsals pass another.
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
