/** What programs on S3 are made of: the page shows them, and they run as they are. */
import type { BesideProgram, S3Bucket, S3Place } from './place.ts'

/** Of a bucket, with its tables and queues in a folder beside it. */
export function s3Programs(
  bucket: S3Bucket,
  basePath: string,
): Pick<S3Place, 'settings' | 'beside'> {
  const settings = settingsOf(bucket)
  const files = ['{', "  storageType: 'file',", `  basePath: ${quoted(basePath)},`, '}']
  return {
    settings,
    beside: { tables: { names: [], given: files }, queues: queuesOf(settings, files) },
  }
}

/** What is too large for a message is an object of the bucket. */
function queuesOf(settings: readonly string[], files: readonly string[]): BesideProgram {
  return {
    names: ['StorageManager'],
    given: [
      ...files.slice(0, -1),
      '}, {',
      '  claims: () => StorageManager.open({',
      ...settings.map((line) => `    ${line}`),
      '  }),',
      '}',
    ],
  }
}

function settingsOf({ bucket, endpoint, region, credentials }: S3Bucket): readonly string[] {
  const given = Object.entries({ bucket, endpoint, region }).filter(
    ([, value]) => value !== undefined,
  )
  return [
    "storageType: 's3',",
    ...given.map(([name, value]) => `${name}: ${quoted(value!)},`),
    ...(credentials === undefined
      ? ['// The keys are where the SDK finds them: in AWS_ACCESS_KEY_ID, or a profile.']
      : [
          'credentials: {',
          `  accessKeyId: ${quoted(credentials.accessKeyId)},`,
          `  secretAccessKey: ${quoted(credentials.secretAccessKey)},`,
          '},',
        ]),
  ]
}

/** As a literal: the names of folders may hold anything. */
function quoted(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
  return `'${escaped.replaceAll("'", String.raw`\'`)}'`
}
