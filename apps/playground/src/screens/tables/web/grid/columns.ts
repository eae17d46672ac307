/** The columns of the grid and how wide they are. Pure. */
import type { WireRow } from '../../server/wire.ts'
import { propertyOf } from '../edit/drafts.ts'
import { cellText } from '../values.ts'

/** The two keys and the time are columns of every table; no property can be called so. */
export const partitionColumn = 'PartitionKey'
export const rowColumn = 'RowKey'
export const timeColumn = 'Timestamp'

export interface Column {
  readonly name: string
  readonly width: number
  readonly isProperty: boolean
}

/** A column and where it stands, in pixels from the left edge of the rows. */
export interface ShownColumn extends Column {
  readonly place: number
  readonly left: number
}

const charPx = 8.4
const propertyMin = 84
const propertyMax = 320
const keyMin = 104
const keyMax = 260
const timeWidth = 184
/** Rows that are looked at: widths do not change as one scrolls. */
const measuredMax = 60

/** The columns in their order: keys, properties as they were seen, time. */
export function columnsOf(names: readonly string[], rows: readonly WireRow[]): readonly Column[] {
  const measured = rows.slice(0, measuredMax)
  const keyWidth = (name: string, of: (row: WireRow) => string): Column => {
    return { name, isProperty: false, width: widthOf(name, measured.map(of), keyMin, keyMax) }
  }
  return [
    keyWidth(partitionColumn, ({ partitionKey }) => partitionKey),
    keyWidth(rowColumn, ({ rowKey }) => rowKey),
    ...names.map((name) => {
      const texts = measured.map(({ properties }) => {
        const cell = propertyOf(properties, name)
        return cell === undefined ? '' : cellText(cell)
      })
      // With room for the mark of the type.
      const width = widthOf(name, texts, propertyMin, propertyMax) + 30
      return { name, width, isProperty: true }
    }),
    { name: timeColumn, width: timeWidth, isProperty: false },
  ]
}

function widthOf(name: string, texts: readonly string[], min: number, max: number): number {
  const longest = texts.reduce((most, text) => Math.max(most, text.length), name.length + 1)
  return Math.round(Math.max(min, Math.min(max, longest * charPx + 20)))
}

/** Where the active cell goes by a key; undefined for keys that lead nowhere. */
export function cellAfter(
  {
    key,
    ctrlKey,
    metaKey,
  }: { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean },
  { row, column }: { readonly row: number; readonly column: number },
  {
    rows,
    columns,
    page,
  }: { readonly rows: number; readonly columns: number; readonly page: number },
): { readonly row: number; readonly column: number } | undefined {
  const isFar = ctrlKey || metaKey
  const to = ((): readonly [number, number] | undefined => {
    switch (key) {
      case 'ArrowUp':
        return [row - 1, column]
      case 'ArrowDown':
        return [row + 1, column]
      case 'ArrowLeft':
        return [row, column - 1]
      case 'ArrowRight':
        return [row, column + 1]
      case 'PageUp':
        return [row - page, column]
      case 'PageDown':
        return [row + page, column]
      case 'Home':
        return [isFar ? 0 : row, 0]
      case 'End':
        return [isFar ? rows - 1 : row, columns - 1]
      default:
        return undefined
    }
  })()
  if (to === undefined || rows === 0) return undefined
  return {
    row: Math.max(0, Math.min(rows - 1, to[0])),
    column: Math.max(0, Math.min(columns - 1, to[1])),
  }
}

/** A cell by its entity and its column. */
export interface Place {
  readonly id: string
  readonly column: string
}

/** Of the cell, for who hears which one is active. */
export function cellDomId({ id, column }: Place): string {
  return `cell ${id} ${column}`.replaceAll(/\s/g, '·')
}
