/** In which ways an object can be looked at. */
import type { ObjectDetails } from '../../server/wire.ts'

/** As in the address. */
export type ViewName = 'tree' | 'text' | 'image' | 'value' | 'hex'

export const viewTitles: Readonly<Record<ViewName, string>> = {
  tree: 'Tree',
  text: 'Text',
  image: 'Image',
  value: 'Value',
  hex: 'Hex',
}

/** What is edited or shown as a tree is held in memory as a whole. */
export const wholeBytesMax = 8 * 1024 ** 2

const views: Readonly<Record<ObjectDetails['kind'], readonly ViewName[]>> = {
  json: ['tree', 'text', 'hex'],
  text: ['text', 'hex'],
  image: ['image', 'text', 'hex'],
  value: ['value', 'hex'],
  binary: ['hex', 'text'],
}

/** The views that fit, the best first. */
export function viewsOf({ kind, contentType }: ObjectDetails): readonly ViewName[] {
  if (kind === 'image' && !isSvg(contentType)) return ['image', 'hex']
  return views[kind]
}

/** The view that the address asks for; the best one when it names none that fits. */
export function viewOf(details: ObjectDetails, asked: ViewName | undefined): ViewName {
  const fitting = viewsOf(details)
  return asked !== undefined && fitting.includes(asked) ? asked : fitting[0]!
}

/** Why an object cannot be edited here, or undefined when it can. */
export function editFault({ kind, contentType, size }: ObjectDetails): string | undefined {
  const isText = kind === 'json' || kind === 'text' || (kind === 'image' && isSvg(contentType))
  if (!isText) return 'Only JSON and text can be edited here.'
  if (size > wholeBytesMax) return 'It is larger than 8 MiB: download it to edit it.'
  return undefined
}

/** The media type without its parameters. */
function essenceOf(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
}

function isSvg(contentType: string): boolean {
  return essenceOf(contentType) === 'image/svg+xml'
}

/** True for what must be JSON to be saved. */
export function isJsonType(contentType: string): boolean {
  const essence = essenceOf(contentType)
  return essence === 'application/json' || essence.endsWith('+json')
}
