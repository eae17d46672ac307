import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as S from './bench/stores.ts'
const [root, mode, ms = '1500', rounds = '3'] = process.argv.slice(2)
const kinds = mode.startsWith('durable') ? [S.backend('fsync'), S.bareDurable, S.opendal(false), S.opendal(true)] : [S.backend('none'), S.bare, S.unstorage, S.flydrive, S.flystorage]
const body = new Uint8Array(1024).fill(7)
const out = {}
for (let r = 0; r < Number(rounds); r++) for (const k of kinds) for (const inFlight of [1, 32]) for (const mix of ['create', 'replace', 'read']) {
  if (mode.startsWith('durable') && mix === 'read') continue
  const f = mkdtempSync(join(root, 'ab-')); const s = await k.open(f)
  for (let i = 0; i < 512; i++) if (mix !== 'create' || i < 20) await (mode.startsWith('durable') ? S.bare : s) && await s.write('documents/k' + i, body)
  let n = 0; const one = async () => { const i = n++; if (mix === 'read') return void await s.read('documents/k' + (i * 37) % 512); await s.write(mix === 'create' ? 'documents/n' + i : 'documents/k' + (i * 37) % 512, body) }
  const end0 = performance.now() + Number(ms) / 5; await Promise.all(Array.from({ length: inFlight }, async () => { while (performance.now() < end0) await one() }))
  const n0 = n, t = performance.now(), end = t + Number(ms); await Promise.all(Array.from({ length: inFlight }, async () => { while (performance.now() < end) await one() }))
  ;(out[`${mix} ${inFlight} ${k.name}`] ??= []).push((n - n0) / (performance.now() - t) * 1000)
  await s.close?.(); rmSync(f, { recursive: true })
}
const med = a => a.toSorted((x, y) => x - y)[a.length >> 1]
for (const mix of ['create', 'replace', 'read']) for (const i of [1, 32]) console.log(mix, i, kinds.map(k => out[`${mix} ${i} ${k.name}`] && `${k.name} ${med(out[`${mix} ${i} ${k.name}`]).toFixed(0)}`).join(' | '))
