/**
 * Kits for those who write or test storage backends and layers.
 *
 * - **Conformance kit**: every rule of the contract as a case. Give it a harness:
 *
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { afterAll, describe, it } from 'vitest' // or node:test, with `after` as afterAll
 * import { registerConformance } from '@aos-storage/core/testing'
 * import { openShelf } from '../src/index.ts'
 *
 * registerConformance(
 *   { describe, it, afterAll },
 *   {
 *     name: 'shelf',
 *     async open() {
 *       const folder = await mkdtemp(join(tmpdir(), 'shelf-'))
 *       return {
 *         backend: await openShelf(folder),
 *         // A second handle, and how another process opens the same store: optional, unless
 *         // the store claims that something holds or lasts beyond this handle.
 *         reopen: () => openShelf(folder),
 *         child: { module: new URL('./open-child.ts', import.meta.url).href, args: folder },
 *         dispose: () => rm(folder, { recursive: true }),
 *       }
 *     },
 *     // Optional, and shown in the report:
 *     skip: { 'key/segments': 'shelf holds segments of 200 bytes; see its README' },
 *   },
 * )
 *
 * // open-child.ts
 * export const openChild = (folder: string) => openShelf(folder)
 * ```
 *
 *   {@link runConformance} does the same without a test runner and gives a report.
 *   {@link registerTableConformance} proves a `TableBackend` alike, and
 *   {@link registerQueueConformance} a `QueueBackend`; give `advance` where the store
 *   has a clock to turn, or the kit waits.
 * - **Fault injector**: {@link faults}, a layer that delays, refuses, loses answers, cuts bodies.
 * - **Fault proxy**: {@link startFaultProxy}, between a client and any real server: latency, cuts,
 *   half-open connections, lost answers, answers such as 503 in place of the server's.
 * - **Virtual clock** and **seeded random**: {@link virtualClock}, {@link seededRandom}.
 * - **Open handles**: {@link openHandles}, to tell a leak.
 *
 * @packageDocumentation
 */
export { backendMembers } from '../backend.ts'
export * from './child-process.ts'
export * from './conformance/case.ts'
export { conformanceCases } from './conformance/cases/index.ts'
export * from './conformance/context.ts'
export * from './conformance/harness.ts'
export {
  type CaseOutcome,
  type CaseStatus,
  type ConformanceReport,
  formatReport,
  reportOf,
} from './kit/outcome.ts'
export * from './conformance/register.ts'
export { runConformance, type RunOptions } from './conformance/run.ts'
export { everyLayer, everyLayerPrefix } from './layer-stacks.ts'
export * from './open-handles.ts'
export * from './seeded-random.ts'
export * from './virtual-clock.ts'
export * from './faults/injector.ts'
export type { Fault, FaultOperation, FaultRule } from './faults/rule.ts'
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './proxy/proxy.ts'
export type { RequestHead } from './proxy/head.ts'
export type { ProxyEvent, RequestEntry } from './proxy/record.ts'
export type {
  ConnectionFault,
  ConnectionRule,
  ProxyDirection,
  ProxyEnding,
  ProxyRule,
  RequestFault,
  RequestRule,
  RuleLimits,
} from './proxy/rule.ts'
export type { ProxyMode, ProxyTargetAddress } from './proxy/target.ts'
export type { ChildCommand, ChildCommands } from './child-protocol.ts'
// Queues.
export type { QueueConformanceCase } from './queues/case.ts'
export { queueConformanceCases } from './queues/cases/index.ts'
export { QueueCaseContext } from './queues/context.ts'
export type { QueueKitHarness, QueueKitStore } from './queues/harness.ts'
export { registerQueueConformance } from './queues/register.ts'
export { runQueueConformance } from './queues/run.ts'

// Tables.
export type { KitCase } from './kit/case.ts'
export { KitContext } from './kit/context.ts'
export type { KitBackend, KitHarness, KitStore } from './kit/harness.ts'
export type { TableCase } from './tables/case.ts'
export { tableCases } from './tables/cases/index.ts'
export type { OpenedTables, TableHarness } from './tables/harness.ts'
export { randomEntities, randomFilter } from './tables/random-filter.ts'
export { registerTableConformance } from './tables/register.ts'
export { runTableConformance } from './tables/run.ts'
