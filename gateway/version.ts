// The version that this tree says it is.
import packageJson from '../package.json' with { type: 'json' }

export const version: string = packageJson.version
