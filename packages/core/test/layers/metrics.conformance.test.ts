import { log, metrics } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

registerLayers('memory behind metrics and log', () => [
  log(silent, { events: true }),
  metrics(),
  log(silent, { keys: 'hash' }),
])
