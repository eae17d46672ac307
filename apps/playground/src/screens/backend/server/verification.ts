/** The file store's own check of its folder, cut to what a page can show. */
import type { FileStorageBackend, FindingKind, VerifyReport } from '@aos-storage/backend-file'
import { StorageError } from '@aos-storage/core'
import type { Verification, VerifyProgress } from './wire.ts'

/** Findings that are shown; the counts are of all that the report has. */
const shownFindingsMax = 500

/** Checks the store; `tell` hears now and then how far it is. */
export async function verification(
  backend: FileStorageBackend | undefined,
  tell: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<Verification> {
  if (backend === undefined) {
    throw new StorageError('UNSUPPORTED', 'Only a store of files has files to verify')
  }
  tell({ files: 0 })
  return shown(await backend.verify({ signal, onProgress: (files) => tell({ files }) }))
}

function shown(report: VerifyReport): Verification {
  const { ok, objects, bytes, findings, findingsOmitted } = report
  const counts: Record<FindingKind, number> = {
    ...{ torn: 0, unreadable: 0, shadowed: 0, leftover: 0, foreign: 0 },
  }
  for (const { kind } of findings) counts[kind] += 1
  const omitted = findingsOmitted + Math.max(0, findings.length - shownFindingsMax)
  return { ok, objects, bytes, counts, findings: findings.slice(0, shownFindingsMax), omitted }
}
