import { StorageManager, MemoryStorageBackend, isStorageError, prefix } from '@aos-storage/core'
import { StoredBody, writeOnce, StorageError } from '@aos-storage/core/backend'
import { mkdtempSync, writeFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
process.on('unhandledRejection', (e: any) => console.log('!!! unhandledRejection', e?.message))
const t = async (name: string, f: () => Promise<unknown>, ms=1500) => { const t0=performance.now(); try { console.log(name, '=>', await Promise.race([f(), new Promise(r=>setTimeout(r,ms,'HANG').unref?.())]), (performance.now()-t0).toFixed(0)+'ms') } catch (e: any) { console.log(name, 'THROWS', e?.name, e?.code, String(e?.message).slice(0,220), (performance.now()-t0).toFixed(0)+'ms') } }
const keep = setInterval(()=>{}, 1000)
const s = await StorageManager.open('memory')
const wrap = (o: any) => { const b = new MemoryStorageBackend(); return new Proxy(b, { get(t, p) { if (p in o) return o[p].bind? o[p] : o[p]; const v = (t as any)[p]; return typeof v === 'function' ? v.bind(t) : v }, has: (t,p)=> p in t }) as any }
// body
let cancelled=0
const bodyOf = (chunks: number[], size: number) => ({ info: {key:'k', size, etag:'e', modifiedAt:new Date(), contentType:'application/octet-stream', metadata:{}}, start:0, end:size, body: { async *[Symbol.asyncIterator]() { for (const n of chunks) yield new Uint8Array(n).fill(7) }, async cancel() { cancelled++ } } })
await t('stream().cancel before read', async () => { const b = new StoredBody(bodyOf([5],5) as any); const r = b.stream(); await r.cancel(); return { cancelled } })
cancelled=0
await t('Response cancel', async () => { const b = new StoredBody(bodyOf([5],5) as any); const r = new Response(b.stream()); await r.body!.cancel(); return { cancelled } })
await t('short body load', async () => { const m = new StorageManager(wrap({ read: async () => bodyOf([3], 8) })); return m.load('k') })
await t('short stream', async () => { const m = new StorageManager(wrap({ read: async () => bodyOf([3], 8) })); let n=0; for await (const c of await m.readStream('k')) n+=c.length; return n })
await t('long body load', async () => { const m = new StorageManager(wrap({ read: async () => bodyOf([9], 8) })); return m.load('k') })
await t('long body readStream', async () => { const m = new StorageManager(wrap({ read: async () => bodyOf([9], 8) })); return (await m.readStream('k')).bytes() })
await t('short u8 body', async () => { const m = new StorageManager(wrap({ read: async () => ({...bodyOf([3], 8), body: new Uint8Array(3)}) })); return m.load('k') })
await t('short copyBetween', async () => { const m = new StorageManager(wrap({ read: async () => bodyOf([3], 8) })); const i = await m.copy('k','x',{destination:s}); return i.size })
await t('stat read stream json() cause', async () => { await s.save('j', 'secret-password', {}); const b = await s.readStream('j'); try { await b.json() } catch (e: any) { return [e.code, e.cause?.message, 'operation' , e.operation, e.backend] } })
// prefix
const v = s.within('tenantA/private')
await t('view error message', async () => { try { await v.load('x') } catch (e: any) { return [e.message, e.key] } })
await t('view health', async () => (await v.health()).details)
await v.save('a', 1); await v.save('b', 2)
await t('view cursor', async () => { const p = await v.listPage({limit:1}); return Buffer.from(p.cursor!, 'base64url').toString() })
await t('view foreign ..', async () => v.exists('../../tenantB/x', {foreign:true}))
await t('stack', async () => { try { await v.load('x') } catch (e: any) { return e.stack.split('\n').slice(1,5).join('|') } })
// file foreign traversal
const dir = mkdtempSync(join(tmpdir(), 'rev-')); writeFileSync(join(dir, 'outside'), 'OUTSIDE')
const f = await StorageManager.open({storageType:'file', basePath: join(dir,'store')})
for (const k of ['../outside','../../outside', join(dir,'outside'), '..%2foutside']) await t('file foreign '+k.slice(0,20), async () => f.load(k, {foreign:true, as:'text'}))
await t('file foreign del', async () => [await f.delete('../outside', {foreign:true}), existsSync(join(dir,'outside'))])
await t('file view foreign', async () => { await f.save('b/secret', 1); return f.within('a').load('../b/secret', {foreign:true}) })
// mutate after call
await t('file mutate after call', async () => { let bad=0; for (let i=0;i<30;i++) { const u = new Uint8Array(200_000).fill(1); const p = f.save('mut'+i, u); u.fill(2); await p; const l = await f.load('mut'+i) as Uint8Array; if (l.some(x=>x!==1)) bad++ } return {bad} }, 20000)
await t('file json fine', async () => { const o = {a:1}; const p = f.save('o', o); o.a=2; await p; return f.load('o') })
await t('file metadata mutate', async () => { const md = {a:'1'}; const p = f.save('o2', 1, {metadata: md}); md.a='2'; await p; return (await f.stat('o2')).metadata })
await t('file options mutate', async () => { const o: any = {contentType:'text/plain'}; const p = f.save('o3', 'x', o); o.contentType='a/b'; await p; return (await f.stat('o3')).contentType })
// batch
await t('saveMany getter key', async () => s.saveMany([{ get key(): string { throw new Error('boom') }, value: 1 } as any, ['ok', 1]]))
await t('saveMany stall+abort', async () => { const c = new AbortController(); setTimeout(()=>c.abort(),50); return s.saveMany((async function*(){ yield ['a',1] as const; await new Promise(()=>{}) })(), {signal:c.signal}) }, 800)
await t('deleteMany stall+abort', async () => { const c = new AbortController(); setTimeout(()=>c.abort(),50); return s.deleteMany((async function*(){ yield 'a'; await new Promise(()=>{}) })(), {signal:c.signal}) }, 800)
await t('saveMany iter throws', async () => s.saveMany((function*(){ yield ['a1',1] as const; throw new Error('source') })()))
await t('saveMany null opts', async () => s.saveMany([], null as any))
await t('loadMany promise item', async () => s.loadMany([Promise.reject(new Error('x')) as any,'a']))
await t('loadMany revoked', async () => { const r = Proxy.revocable({}, {}); r.revoke(); return s.saveMany([r.proxy as any]) })
await t('schema throws batch', async () => (await s.saveMany([{key:'z', value:1, schema:{'~standard':{version:1,vendor:'x',validate(){ throw new RangeError('bug in schema')}}}} as any])).map((r:any)=>[r.error?.code,r.error?.message]))
await t('deleteMany short outcomes', async () => { const m = new StorageManager(wrap({ deleteMany: async () => [] })); return m.deleteMany(['a','b']) })
await t('deleteMany reordered outcomes', async () => { const m = new StorageManager(wrap({ deleteMany: async (k: string[]) => [{key:'b',deleted:true},{key:'a',deleted:false}] })); return m.deleteMany(['a','b']) })
// iterables
await t('sync next', async () => s.writeStream('w', {[Symbol.asyncIterator]() { let i=0; return { next() { return i++ ? {done:true} : {done:false, value:new Uint8Array(3)} } } }} as any))
await t('next throws', async () => s.writeStream('w', {[Symbol.asyncIterator]() { return { next() { throw new Error('sync boom') } } }} as any))
await t('file sync next', async () => f.writeStream('w', {[Symbol.asyncIterator]() { let i=0; return { next() { return i++ ? {done:true} : {done:false, value:new Uint8Array(3)} } } }} as any))
await t('return throws', async () => s.writeStream('w', {[Symbol.asyncIterator]() { return { async next() { return {done:false,value:'str'} }, return() { throw new Error('ret') } } }} as any))
await t('return nonpromise', async () => s.writeStream('w', {[Symbol.asyncIterator]() { return { async next() { return {done:false,value:'str'} }, return() { return {done:true} } } }} as any))
await t('aborted source closed?', async () => { let closed=false; const src = (async function*(){ try { yield new Uint8Array(1) } finally { closed=true } })(); const rs = new ReadableStream({ pull(c){ c.enqueue(new Uint8Array(1)) }, cancel(){ closed = true } }); try { await s.writeStream('w', rs as any, {signal: AbortSignal.abort()}) } catch {} return {closed} })
await t('precond file source closed?', async () => { let closed=false; await f.save('p',1); const rs = new ReadableStream({ pull(c){ c.enqueue(new Uint8Array(1)) }, cancel(){ closed = true } }); try { await f.writeStream('p', rs as any, {ifNoneMatch:'*'}) } catch (e:any) { console.log(e.code) } await new Promise(r=>setTimeout(r,20)); return {closed} })
await t('TypeError fetch failed', async () => { const m = new StorageManager(wrap({ read: async () => { throw new TypeError('fetch failed') } })); return m.load('k') })
// close
await t('second close waits?', async () => { let done=false; const m = new StorageManager(wrap({ close: async () => { await new Promise(r=>setTimeout(r,100)); done=true } })); const a = m.close(); await m.close(); const r = {doneWhenSecondResolved: done}; await a; return r })
await t('close rejects raw', async () => { const m = new StorageManager(wrap({ close: async () => { throw new Error('flush failed') } })); return m.close() })
await t('open closes mine', async () => { const b = new MemoryStorageBackend(); await b.write('a', new Uint8Array(1), {contentType:'a/b'}); try { await StorageManager.open(b, {layers:[(() => b) as any]}) } catch (e:any) { console.log(e.message) } return b.stat('a') })
await t('writeOnce first-attempt ours (sdk retry)', async () => { const b = new MemoryStorageBackend(); const inner = { ...wrapObj(b), write: async (k:any,x:any,o:any) => { await b.write(k,x,o); return b.write(k,x,o) } }; return writeOnce(inner as any, 'k', new Uint8Array(1), {contentType:'a/b', ifNoneMatch:'*'}) })
await t('writeOnce stat flaky', async () => { const b = new MemoryStorageBackend(); let n=0, st=0; const inner = { ...wrapObj(b), write: async (k:any,x:any,o:any) => { if (n++===0) { await b.write(k,x,o); throw new StorageError('UNAVAILABLE','lost') } return b.write(k,x,o) }, stat: async (k:any,o:any) => { if (st++===0) throw new StorageError('UNAVAILABLE','flaky'); return b.stat(k,o) } }; return writeOnce(inner as any, 'k', new Uint8Array(1), {contentType:'a/b', ifNoneMatch:'*'}, {clock:{now:Date.now, monotonicMs:()=>0, sleep:async()=>{}}}) })
function wrapObj(b: any) { return { name:b.name, capabilities:b.capabilities, read:b.read.bind(b), stat:b.stat.bind(b), list:b.list.bind(b), delete:b.delete.bind(b), copy:b.copy.bind(b), deleteMany:b.deleteMany.bind(b), health:b.health.bind(b), close:b.close.bind(b), write:b.write.bind(b) } }
await t('metadataBytesMax', async () => { const b = new MemoryStorageBackend(); const inner = { ...wrapObj(b), capabilities: {...b.capabilities, metadataBytesMax: 100} }; const m = new StorageManager(inner as any); const i = await m.save('k', 1, {metadata:{a:'x'.repeat(1000)}}); return i.metadata['a']!.length })
await f.close(); clearInterval(keep)
