// `npm start`: the gateway and a worker in one process.
import { plainWords } from './cli/failure.ts'
import { processEnvironment } from './config.ts'
import { start } from './start.ts'

start(processEnvironment(), { serves: true, works: true }).catch((error: unknown) => {
  process.stderr.write(`Concordat did not start.\n${plainWords(error)}\n`)
  process.exitCode = 1
})
