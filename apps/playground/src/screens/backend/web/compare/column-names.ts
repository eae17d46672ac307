import type { ConformanceTarget } from '../../server/wire.ts'

/** In the heads of columns. */
export const columnNames: Readonly<Record<ConformanceTarget, string>> = {
  memory: 'Memory',
  file: 'Files',
  azure: 'Azure',
  s3: 'S3',
}

/** What is started where the environment names no server. */
export const emulatorNames: Readonly<Record<'azure' | 's3', string>> = {
  azure: 'an Azurite',
  s3: 'an S3 gateway',
}
