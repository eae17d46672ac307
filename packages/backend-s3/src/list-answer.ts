/**
 * The document of a page of ListObjectsV2.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
import { StorageError } from '@aos-storage/core'
import type { ListAnswer, ListedObjectOfS3 } from './calls.ts'
import { XmlScanner } from './xml.ts'

/** @throws StorageError `UNAVAILABLE` for a document that is cut, damaged or another. */
export function listAnswerOf(document: Buffer): ListAnswer {
  const scanner = new XmlScanner(document)
  const root = scanner.child()
  if (root !== 'ListBucketResult') {
    // An error behind a 200 may pass.
    const retryable = root === 'Error' ? 'yes' : 'no'
    const message = 'What answers is no S3 server, it sent no listing; check the endpoint'
    throw new StorageError('UNAVAILABLE', message, { retryable })
  }
  const Contents: ListedObjectOfS3[] = []
  const CommonPrefixes: { Prefix: string }[] = []
  const facts: Record<string, string> = {}
  for (let name = scanner.child(); name !== undefined; name = scanner.child()) {
    if (name === 'Contents') Contents.push(objectIn(scanner))
    else if (name === 'CommonPrefixes') CommonPrefixes.push(...prefixesIn(scanner))
    else if (factNames.has(name)) facts[name] = scanner.text()
    else scanner.skip()
  }
  scanner.end()
  return {
    Contents,
    CommonPrefixes,
    EncodingType: facts['EncodingType'],
    Prefix: facts['Prefix'],
    IsTruncated: facts['IsTruncated'] === 'true',
    NextContinuationToken: facts['NextContinuationToken'],
  }
}

const factNames: ReadonlySet<string> = new Set([
  'EncodingType',
  'IsTruncated',
  'NextContinuationToken',
  'Prefix',
])

function objectIn(scanner: XmlScanner): ListedObjectOfS3 {
  let Key: string | undefined
  let ETag: string | undefined
  let Size: number | undefined
  let LastModified: Date | undefined
  let StorageClass: string | undefined
  for (let name = scanner.child(); name !== undefined; name = scanner.child()) {
    if (name === 'Key') Key = scanner.text()
    else if (name === 'ETag') ETag = scanner.text()
    else if (name === 'Size') Size = Number(scanner.text())
    else if (name === 'LastModified') LastModified = new Date(scanner.text())
    else if (name === 'StorageClass') StorageClass = scanner.text()
    else scanner.skip()
  }
  return { Key, ETag, Size, LastModified, StorageClass }
}

/** Amazon has an element for each; one for all of them is the same. */
function* prefixesIn(scanner: XmlScanner): Generator<{ Prefix: string }> {
  for (let name = scanner.child(); name !== undefined; name = scanner.child()) {
    if (name === 'Prefix') yield { Prefix: scanner.text() }
    else scanner.skip()
  }
}
