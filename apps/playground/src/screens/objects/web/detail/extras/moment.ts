import type { VersionRow } from '../../../server/wire.ts'

const moment = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})

/** A moment with its day and its seconds: versions may be years apart, or one second. */
export function fullMoment(at: string | number): string {
  return moment.format(new Date(at))
}

export function versionMoment({ modifiedAt }: Pick<VersionRow, 'modifiedAt'>): string {
  return fullMoment(modifiedAt)
}
