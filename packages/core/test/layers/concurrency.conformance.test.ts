import { concurrency } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

registerLayers('memory behind a fixed limit', () => [concurrency({ max: 4 })])
// A write whose source waits for another call holds the only permit all the while.
const nested = 'its source goes on only after another call, for which there is no permit'
registerLayers('memory behind a limit of one', () => [concurrency({ max: 1 })], {
  skip: { 'source/slow-source': nested, 'condition/late-decision': nested },
})
registerLayers('memory behind an adaptive limit', () => [concurrency({ adaptive: {} })])
