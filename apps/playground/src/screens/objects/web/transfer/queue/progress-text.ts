/** How the uploads stand, in words. */
import { bytesText, countText, durationText } from '../../../../../web/amounts.ts'
import { openCount, type Summary } from './summary.ts'
import type { UploadsView } from './upload-list.ts'

/** Below so many bytes their speed says nothing: the files are what takes time. */
const speedBytesMin = 1024 ** 2

export function percentOf({ share }: Summary): number {
  return Math.floor(100 * share)
}

/** `12 of 214 files, 45 %, 12.3 MiB/s, 20 s left`. */
export function headline({ summary, lookedThrough }: UploadsView): string {
  if (lookedThrough !== undefined) return `Looking through folders: ${filesText(lookedThrough)}`
  const { doneCount, isStalled, speed, leftMs, sentBytes, bytes } = summary
  const open = openCount(summary)
  if (open === 0) {
    const parts = [
      ...(doneCount > 0 ? [`Uploaded ${filesText(doneCount)}, ${bytesText(bytes)}`] : []),
      ...needs(summary),
    ]
    return parts.join('; ')
  }
  const of = `${countText(doneCount)} of ${filesText(doneCount + open)}`
  const amount = `${bytesText(sentBytes)} of ${bytesText(bytes)}`
  const pace = isStalled
    ? ['waiting for the playground']
    : [
        ...(speed === undefined || bytes < speedBytesMin ? [] : [`${bytesText(speed)}/s`]),
        ...(leftMs === undefined ? [] : [`${leftText(leftMs)} left`]),
      ]
  return [`Uploading ${of}`, amount, ...pace, ...needs(summary)].join(', ')
}

/** For those who hear the page: changes at the quarters only. */
export function announcement({ summary }: UploadsView): string {
  const open = openCount(summary)
  const quarter = Math.floor(percentOf(summary) / 25) * 25
  if (open > 0) {
    const state = summary.isStalled ? ', waiting for the playground' : ''
    return [`Uploading files, ${quarter} %${state}`, ...needs(summary)].join(', ')
  }
  const done = summary.doneCount > 0 ? [`Uploaded ${filesText(summary.doneCount)}`] : []
  return [...done, ...needs(summary)].join(', ')
}

function needs({ counts }: Summary): string[] {
  const { exists, failed, refused, interrupted, cancelling } = counts
  return [
    ...(cancelling > 0 ? [`cancelling ${countText(cancelling)}`] : []),
    ...(exists > 0 ? [`${countText(exists)} ${exists === 1 ? 'exists' : 'exist'} already`] : []),
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    ...(refused > 0 ? [`${countText(refused)} refused`] : []),
    ...(interrupted > 0 ? [`${countText(interrupted)} interrupted`] : []),
  ]
}

/** Rough: it is a guess. */
function leftText(ms: number): string {
  return ms < 60_000 ? `${Math.max(1, Math.round(ms / 1000))} s` : durationText(ms)
}

/** `1 file`, `214 files`. */
export function filesText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'file' : 'files'}`
}
