/** The Tables screen's server over real tables in a folder of its own. */
import { onTestFinished } from 'vitest'
import type { Problem } from '../../src/server/problem.ts'
import type { World } from '../../src/server/world.ts'
import screen from '../../src/screens/tables/server/index.ts'
import type { WireKeys, WireRow, WireValue } from '../../src/screens/tables/server/wire.ts'
import { openForTest } from '../server/opened.ts'

export interface TablesApp {
  readonly world: World
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** The problem of a failure, with its status. */
  fault(answer: Promise<unknown>): Promise<Problem & { readonly status: number }>
  row(table: string, keys: WireKeys): Promise<WireRow>
}

class Refused extends Error {
  readonly problem: Problem & { readonly status: number }

  constructor(problem: Problem & { readonly status: number }) {
    super(`${problem.status} ${problem.code}: ${problem.message}`)
    this.problem = problem
  }
}

/** Opens it for the running test; it is closed and removed at its end. */
export async function openTablesApp(): Promise<TablesApp> {
  const opened = await openForTest([{ name: 'tables', screen }])
  onTestFinished(async () => {
    await opened[Symbol.asyncDispose]()
    if (opened.unexpected.length > 0) throw opened.unexpected[0]
  })
  const read = async <T>(response: Response): Promise<T> => {
    const body = (await response.json()) as { error?: Problem }
    if (!response.ok) throw new Refused({ status: response.status, ...body.error! })
    return body as T
  }
  const get: TablesApp['get'] = async (path, query = {}) => {
    const search = new URLSearchParams(query).toString()
    return read(await opened.ask(`/api/tables${path}${search === '' ? '' : `?${search}`}`))
  }
  return {
    world: opened.world,
    get,
    async post<T>(path: string, body: unknown): Promise<T> {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return read<T>(await opened.ask(`/api/tables${path}`, init))
    },
    async fault(answer) {
      try {
        await answer
      } catch (error) {
        if (error instanceof Refused) return error.problem
        throw error
      }
      throw new Error('It did not fail')
    },
    row: (table, keys) => get('/entity', { table, ...keys }),
  }
}

/** One value of each type, as it travels. */
export const everyType = {
  string: { type: 'string', text: "it's “é” 😀" },
  number: { type: 'number', text: '-0.25' },
  bigint: { type: 'bigint', text: '-9223372036854775808' },
  boolean: { type: 'boolean', text: 'false' },
  date: { type: 'date', text: '2026-01-31T12:00:00.123Z' },
  bytes: { type: 'bytes', text: 'AAECgP8=' },
  guid: { type: 'guid', text: '12345678-9abc-def0-1234-56789abcdef0' },
} as const satisfies Readonly<Record<string, WireValue>>
