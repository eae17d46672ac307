import { afterAll, describe, it } from 'vitest'
import { registerConformance } from '../../src/testing/index.ts'
import { sqliteHarness } from './sqlite-harness.ts'

// Short here: the real backends run hundreds of crashes.
registerConformance({ describe, it, afterAll }, sqliteHarness(), { crashCycles: 4 })
