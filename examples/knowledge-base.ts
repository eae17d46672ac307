/**
 * A knowledge base: documents with tags and embeddings, which come back as the sets and vectors
 * that they were, and a search over all of them in bounded memory.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/knowledge-base.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'

interface Article {
  readonly title: string
  readonly content: string
  readonly embedding: Float32Array
  readonly metadata: { readonly category: string; readonly tags: ReadonlySet<string> }
}

const [basePath = mkdtempSync(join(tmpdir(), 'knowledge-base-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })
const documents = storage.collection<Article>('knowledge/documents')

await documents.put('doc_001', {
  title: 'Q2 Strategy Document',
  content: 'Where we grow, and what we leave.',
  embedding: new Float32Array([0.9, 0.1, 0]),
  metadata: { category: 'strategy', tags: new Set(['Q2', 'strategy', 'planning']) },
})
await documents.put('doc_002', {
  title: 'Travel Policy',
  content: 'Travel is booked two weeks ahead.',
  embedding: new Float32Array([0, 0.2, 0.9]),
  metadata: { category: 'policy', tags: new Set(['travel']) },
})
await documents.put('doc_003', {
  title: 'Q2 Budget',
  content: 'What growth may cost.',
  embedding: new Float32Array([0.7, 0.6, 0.1]),
  metadata: { category: 'finance', tags: new Set(['Q2', 'budget']) },
})

// The three best of any number of documents: sixteen are loaded ahead, and three are kept.
async function search(query: Float32Array, tag?: string): Promise<string[]> {
  let best: { readonly title: string; readonly score: number }[] = []
  for await (const { value } of documents.documents()) {
    if (tag !== undefined && !value.metadata.tags.has(tag)) continue
    const score = value.embedding.reduce((sum, part, at) => sum + part * query[at]!, 0)
    best = [...best, { title: value.title, score }].sort((a, b) => b.score - a.score).slice(0, 3)
  }
  return best.map(({ title, score }) => `${title} ${score.toFixed(2)}`)
}
console.log(await search(new Float32Array([1, 0, 0])))
console.log(await search(new Float32Array([0, 1, 0]), 'Q2'))

// Two curators tag one document at once: each works over what the other left.
const tagWith = (tag: string) =>
  documents.update('doc_001', (article) => {
    const tags = new Set([...article.metadata.tags, tag])
    return { ...article, metadata: { ...article.metadata, tags } }
  })
await Promise.all([tagWith('board'), tagWith('growth')])
console.log([...(await documents.get('doc_001')).metadata.tags].sort().join(', '))
