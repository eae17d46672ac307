import { StorageManager } from '@aos-storage/core'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
const req = createRequire('/tmp/codecs/x.js')
const { createStorage } = await import('/tmp/codecs/node_modules/unstorage/dist/index.mjs')
const mem = (await import('/tmp/codecs/node_modules/unstorage/drivers/memory.mjs')).default
const { Keyv } = await import('/tmp/codecs/node_modules/keyv/dist/index.mjs').catch(async () => import(pathToFileURL(req.resolve('keyv')).href))
const doc = { id: 'conv_001', participants: ['ceo', 'cfo'], messages: Array.from({ length: 8 }, (_, i) => ({ role: 'ceo', content: "What's the Q2 forecast? Revenue projection is $5M", timestamp: '2025-01-01T00:00:00Z', n: i })), metadata: { topic: 'fin' } }
const small = doc
const s = await StorageManager.open('memory'); const u = createStorage({ driver: mem() }); const k = new Keyv()
const rivals = { ours: async (i) => { await s.save('k' + (i % 1000), small); await s.load('k' + (i % 1000)) }, unstorage: async (i) => { await u.setItem('k' + (i % 1000), small); await u.getItem('k' + (i % 1000)) }, keyv: async (i) => { await k.set('k' + (i % 1000), small); await k.get('k' + (i % 1000)) },
 oursSave: async (i) => { await s.save('k' + (i % 1000), small) }, oursLoad: async (i) => { await s.load('k' + (i % 1000)) }, backendWrite: (() => { const b = new Uint8Array(1100); return (i) => s.backend.write('k' + (i % 1000), b, { contentType: 'application/json' }) })() , backendRead: (i) => s.backend.read('k' + (i % 1000)) }
const out = {}
for (let r = 0; r < 7; r++) for (const [n, f] of Object.entries(rivals)) { if (n === 'backendWrite' && r < 6) {} ; if (n==='oursLoad' || n==='oursSave') for (let i = 0; i < 1000; i++) await s.save('k' + i, small); const N = 30000; const t = performance.now(); for (let i = 0; i < N; i++) await f(i); (out[n] ??= []).push((performance.now() - t) / N * 1000) }
for (const n in out) { out[n].sort((a, b) => a - b); console.log(n, 'median us/op', out[n][3].toFixed(2), 'min', out[n][0].toFixed(2)) }
