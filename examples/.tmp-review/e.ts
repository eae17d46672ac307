import {inspect} from 'node:util'
import { StorageManager, MemoryStorageBackend, isStorageError } from '@aos-storage/core'
import { isDeepStrictEqual } from 'node:util'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
const s = await StorageManager.open('memory')
const dv = new DataView(new ArrayBuffer(5),1,3); await s.save('dv',{dv,n:1n}); console.log('dataview offset', isDeepStrictEqual(await s.load('dv'),{dv,n:1n}))
// fuzz with fast-check
let fc: any; for (const p of ['/work/main/package.json','/work/main/packages/core/package.json','/work/main/tooling/test/package.json']) { try { fc = await import(pathToFileURL(createRequire(p).resolve('fast-check')).href); break } catch {} }
fc = fc?.default ?? fc
if (fc) {
  const str = fc.oneof(fc.string({unit:'binary'}), fc.constantFrom('__proto__','constructor','toJSON','\ufffd','length','0'))
  const leaf = fc.oneof(str, fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined, -0, NaN, Infinity, 2**53, -(2**53), 2**64, 1.1, new Date(NaN), new Date(8.64e15), new Date(-1), Number.MIN_VALUE), fc.date({noInvalidDate:false}), fc.uint8Array(), fc.float32Array(), fc.float64Array(), fc.int16Array(), fc.bigInt64Array?.() ?? fc.constant(1n), fc.constant(new Float16Array([1,NaN,-0])), fc.constant(new DataView(new ArrayBuffer(5))), fc.constant(new Uint16Array(new ArrayBuffer(8),2,2)))
  const { tree } = fc.letrec((tie: any) => ({ tree: fc.oneof({maxDepth:4}, leaf, fc.array(tie('tree'),{maxLength:4}), fc.dictionary(str, tie('tree'), {noNullPrototype:true, maxKeys:4}), fc.array(fc.tuple(tie('tree'), tie('tree')),{maxLength:3}).map((e: any)=>new Map(e)), fc.array(tie('tree'),{maxLength:4}).map((e: any)=>new Set(e)) , fc.tuple(tie('tree')).map(([x]: any)=>[x,{x}]) ) }))
  let bad=0, refused=0, n=0
  const end = Date.now()+25000
  for (let seed=1; Date.now()<end && bad<5; seed++) for (const v of fc.sample(tree, {numRuns:300, seed})) { n++; try { await s.save('z', v) } catch (e: any) { if (e.code!=='SERIALIZATION') console.log('odd', e); refused++; continue } let l; try { l = await s.load('z') } catch (e:any) { bad++; console.log('UNLOADABLE', min(v), e.cause?.message); continue } if (!isDeepStrictEqual(l,v)) { bad++; console.log('DIFF', inspect(v,{depth:9}).slice(0,300), '###', inspect(l,{depth:9}).slice(0,300)) } }
  console.log({n,bad,refused})
}
function dupOf(v: any, seen = new Set()): any { if (typeof v !== 'object' || v === null || seen.has(v)) return; seen.add(v)
  const items = v instanceof Map ? [...v.keys()] : v instanceof Set ? [...v] : []
  const sig = new Map<string, any>(); for (const x of items) { if (typeof x !== 'object') { const k = typeof x + ':' + String(x).replace(/^\ufeff/, ''); if (sig.has(k)) return ['DUP', JSON.stringify(typeof x==='bigint'?String(x):x), JSON.stringify(String(sig.get(k))), typeof x]; sig.set(k, x) } }
  for (const x of [...(v instanceof Map ? [...v.keys(), ...v.values()] : v instanceof Set ? v : ArrayBuffer.isView(v) ? [] : Object.values(v))]) { const d = dupOf(x, seen); if (d) return d } }
import { encodeStructured } from '../../packages/core/src/codecs/structured-encode.ts'
import { decodeStructured } from '../../packages/core/src/codecs/structured-decode.ts'
function fails(v: any) { try { decodeStructured(encodeStructured(v), 'k'); return false } catch { return true } }
function min(v: any): any { for (;;) { let next: any; const kids = v instanceof Map ? [...v.keys(), ...v.values()] : v instanceof Set ? [...v] : typeof v === 'object' && v && !ArrayBuffer.isView(v) ? Object.values(v) : []; for (const k of kids) if (fails(k)) { next = k; break } 
 if (next === undefined && (v instanceof Set || v instanceof Map)) { const all: any[] = [...v]; for (let i=0;i<all.length;i++) { const less = all.filter((_,j)=>j!==i); const c: any = v instanceof Set ? new Set(less) : new Map(less as any); if (fails(c)) { next = c; break } } }
 if (next === undefined) return inspect(v,{depth:3}).slice(0,300)+' bytes '+Buffer.from(encodeStructured(v)).toString('hex').slice(0,120); v = next } }
