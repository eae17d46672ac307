/** The API of the Tables screen: tables, entities by pages and filters, changes and undo. */
import { Hono } from 'hono'
import {
  array,
  boolean,
  custom,
  is,
  maxLength,
  minLength,
  object,
  optional,
  picklist,
  pipe,
  string,
  variant,
} from 'valibot'
import { parseFilter } from '@aos-storage/core'
import { atMost, commandBytesMax, listBytesMax } from '../../../server/body-limit.ts'
import type { ServerScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { entityCount, lookedUp, rowPage, wholeRow } from './rows.ts'
import { laySamples } from './samples.ts'
import { save } from './save.ts'
import { TableJournal } from './undo.ts'
import type {
  EntityCount,
  Looked,
  RowPage,
  SaveResult,
  TableList,
  UndoResult,
  WireProperties,
  WireRow,
} from './wire.ts'

/** Names of one list. */
const tablesMax = 1000
/** Entities that are asked about at once, and changes of one request. */
const keysMax = 1000

const text = string()
const filter = optional(string())
const keys = { partitionKey: text, rowKey: text }
const value = object({
  type: picklist(['string', 'number', 'bigint', 'boolean', 'date', 'bytes', 'guid']),
  text,
})
/** `record` would leave out a property that is called `constructor`. */
const properties = custom<WireProperties>(
  (input) =>
    typeof input === 'object' &&
    input !== null &&
    Object.values(input).every((each) => is(value, each)),
  'Properties are values by name, each with a type and a text',
)
const tableName = object({ table: text })
const change = variant('kind', [
  object({ kind: picklist(['insert']), ...keys, properties }),
  object({
    kind: picklist(['update']),
    ...keys,
    mode: picklist(['merge', 'replace']),
    set: properties,
    remove: array(text),
    ifMatch: pipe(text, minLength(1)),
  }),
  object({ kind: picklist(['delete']), ...keys, ifMatch: optional(pipe(text, minLength(1))) }),
])
const saveBody = object({
  table: text,
  changes: pipe(array(change), minLength(1), maxLength(keysMax)),
  isTransaction: boolean(),
})
const lookBody = object({
  table: text,
  filter,
  select: optional(array(text)),
  keys: pipe(array(object(keys)), maxLength(keysMax)),
})
const rowsQuery = object({ table: text, filter, select: optional(text), cursor: optional(text) })

function routesOf({ tables, clock }: World, journal: TableJournal) {
  return new Hono()
    .get('/', async (context) => {
      const names: string[] = []
      const { signal } = context.req.raw
      const limit = tablesMax + 1
      for await (const name of tables.listTables({ limit, signal })) names.push(name)
      const isMore = names.length > tablesMax
      return context.json<TableList>({ tables: names.slice(0, tablesMax), isMore })
    })
    .post('/create', atMost(commandBytesMax), valid('json', tableName), async (context) => {
      const isCreated = await tables.createTable(context.req.valid('json').table)
      return context.json({ isCreated })
    })
    .post('/drop', atMost(commandBytesMax), valid('json', tableName), async (context) => {
      const isDeleted = await tables.deleteTable(context.req.valid('json').table)
      return context.json({ isDeleted })
    })
    .get('/count', valid('query', tableName), async (context) => {
      const { table } = context.req.valid('query')
      const nowMs = (): number => clock.monotonicMs()
      const { signal } = context.req.raw
      return context.json<EntityCount>(await entityCount(tables, table, nowMs, signal))
    })
    .get('/rows', valid('query', rowsQuery), async (context) => {
      const { table, cursor, ...query } = context.req.valid('query')
      const select = query.select?.split(',')
      const { signal } = context.req.raw
      const page = await rowPage(tables, table, { ...query, select }, cursor, signal)
      return context.json<RowPage>(page)
    })
    .post('/look', atMost(listBytesMax), valid('json', lookBody), async (context) => {
      const { table, keys: asked, ...query } = context.req.valid('json')
      const rows = await lookedUp(tables, table, query, asked, context.req.raw.signal)
      return context.json<Looked>({ rows })
    })
    .get('/entity', valid('query', object({ table: text, ...keys })), async (context) => {
      const { table, ...asked } = context.req.valid('query')
      return context.json<WireRow>(await wholeRow(tables, table, asked, context.req.raw.signal))
    })
    .get('/filter', valid('query', object({ text })), (context) => {
      parseFilter(context.req.valid('query').text)
      return context.json({})
    })
    .post('/save', atMost(listBytesMax), valid('json', saveBody), async (context) =>
      context.json<SaveResult>(await save(tables, journal, context.req.valid('json'))),
    )
    .post('/undo', atMost(commandBytesMax), valid('json', object({ id: text })), async (context) =>
      context.json<UndoResult>(await journal.undo(tables, context.req.valid('json').id)),
    )
}

/** For the typed client of the page. */
export type TablesApi = ReturnType<typeof routesOf>

const screen: ServerScreen = {
  laySamples: ({ tables }) => laySamples(tables),
  open: (world) => ({ routes: routesOf(world, new TableJournal()) }),
}

export default screen
