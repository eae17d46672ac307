/** The ways of looking at an open object, and how a test sees what they show. */
import type { Locator } from 'playwright-core'
import { expect } from 'vitest'

/** Vitest waits one second, which a busy machine takes. */
const soon = { timeout: 15_000 }

/** A view of an object, and how one sees that it is there. */
export interface Shown {
  readonly title: string
  readonly as: string
  readonly seen: (panel: Locator, head?: string) => Promise<unknown>
}

export const hex: Shown = {
  title: 'Hex',
  as: 'hex',
  seen: async (panel, head = '') => {
    await expect.poll(() => bytesAt(panel, 0), soon).toMatch(new RegExp(`^${head}[\\da-f]`))
  },
}

export function text(part: string): Shown {
  const seen = (panel: Locator): Promise<void> => lines(panel).getByText(part).first().waitFor()
  return { title: 'Text', as: 'text', seen }
}

export function image(pixels: string): Shown {
  return { title: 'Image', as: 'image', seen: (panel) => panel.getByText(pixels).waitFor() }
}

export const tree: Shown = {
  title: 'Tree',
  as: 'tree',
  seen: (panel) => node(panel, '"name": "Chief Executive Officer"').waitFor(),
}

export const value: Shown = {
  title: 'Value',
  as: 'value',
  seen: (panel) => lines(panel).getByText("Set(2) { 'organisation', 'on-call' }").waitFor(),
}

export const samples: readonly { readonly key: string; readonly views: readonly Shown[] }[] = [
  { key: 'agent_configs/ceo', views: [tree, text('"Chief Executive Officer"'), hex] },
  { key: 'knowledge/documents/q2_strategy', views: [text('1. Renewals first.'), hex] },
  { key: 'knowledge/documents/policy_handbook.md', views: [text('# Policy handbook'), hex] },
  { key: 'knowledge/diagrams/activity.png', views: [image('288 × 84 pixels'), hex] },
  {
    key: 'knowledge/diagrams/architecture.svg',
    views: [image('560 × 200 pixels'), text('<svg xmlns="http://www.w3.org/2000/svg"'), hex],
  },
  { key: 'knowledge/documents/doc_002', views: [value, hex] },
  { key: 'models/ceo_adapter', views: [hex, text('\uFFFD')] },
]

/** Text with line numbers, of the text and the value view. */
export function lines(panel: Locator): Locator {
  return panel.getByRole('region', { name: /^The (content|value)/ })
}

export function node(panel: Locator, hasText: string | RegExp): Locator {
  return panel.getByRole('treeitem').filter({ hasText })
}

export function tab(panel: Locator, name: string): Locator {
  return panel.getByRole('tab', { name, exact: true })
}

export function hexTable(panel: Locator): Locator {
  return panel.getByRole('table', { name: /^Bytes of/ })
}

/** The bytes of the row that begins at an offset, as hexadecimal digits; empty without it. */
export async function bytesAt(panel: Locator, offset: number): Promise<string> {
  const name = offset.toString(16).padStart(8, '0')
  const head = panel.page().getByRole('rowheader', { name, exact: true })
  const row = hexTable(panel).getByRole('row').filter({ has: head })
  return (await row.getByRole('cell').allTextContents())[0] ?? ''
}
