/** Files that were chosen together: what of them can be undone, before and after. */
import { describe, expect, it } from 'vitest'
import type { Saved } from '../../../src/screens/objects/server/wire.ts'
import {
  type Batch,
  openBatch,
  type Written,
} from '../../../src/screens/objects/web/transfer/queue/batch.ts'
import { keptCount } from '../../../src/screens/objects/web/transfer/queue/overwriting.ts'
import { cancelled } from '../../../src/screens/objects/web/transfer/queue/refusals.ts'
import type { Upload } from '../../../src/screens/objects/web/transfer/queue/upload.ts'

function upload(id: number): Upload {
  return {
    ...{ id, key: `k${id}`, path: `k${id}`, size: 1, fingerprint: '', sentBytes: 0 },
    ...{ state: 'waiting', isOverwrite: true, isStalled: false },
    ...{ file: undefined, problem: undefined, serverId: undefined },
  }
}

const refusal = 'An object of 1 GiB is more than the 256 MiB kept for undo.'

function saved(id: number, isKept = true): Saved {
  const label = `Uploaded k${id}`
  const undoable = isKept ? { undo: { id: String(id), label } } : { undo: null }
  return { ...undoable, ...(!isKept && { undoRefusal: refusal }) } as Saved
}

/** A batch of so many uploads, and what it wrote, once they have all settled. */
function batchOf(count: number): { batch: Batch; written: () => Written | undefined } {
  let batch: Batch | undefined
  let written: Written | undefined
  openBatch(
    Array.from({ length: count }, (_, id) => upload(id)),
    (opened) => (batch = opened),
    (all) => (written = all),
  )
  return { batch: batch!, written: () => written }
}

describe('a batch', () => {
  it('gathers what can be undone, and why something cannot', () => {
    const { batch, written } = batchOf(4)
    batch.settle({ saved: saved(0) })
    batch.settle({ saved: saved(1, false) })
    batch.settle({ problem: cancelled })
    expect(written()).toBeUndefined()
    batch.settle({ saved: saved(3) })
    expect(written()).toMatchObject({ count: 3, refusal })
    expect(written()?.offers.map(({ id }) => id)).toEqual(['0', '3'])
  })

  it('keeps no more offers than the server', () => {
    const { batch, written } = batchOf(1500)
    for (let id = 0; id < 1500; id++) batch.settle({ saved: saved(id) })
    expect(written()?.count).toBe(1500)
    expect(written()?.offers.map(({ id }) => id)).toEqual(
      Array.from({ length: 1000 }, (_, i) => String(500 + i)),
    )
  })
})

describe('what is overwritten', () => {
  const room = { bytesMax: 100, entriesMax: 3 }

  it.each([
    ['all', [10, 20, 30], 3],
    ['the last ones for which there is room', [50, 50, 50], 2],
    ['no more actions than are kept', [1, 1, 1, 1], 3],
    ['none that is too large alone', [101, 200], 0],
    ['those beside one that is too large', [50, 101, 50], 2],
    ['what is not known yet', [undefined, undefined], 2],
  ] as const)('can be brought back: %s', (_, sizes, expected) => {
    expect(
      keptCount(
        sizes.map((takenBytes) => ({ takenBytes })),
        room,
      ),
    ).toBe(expected)
  })
})
