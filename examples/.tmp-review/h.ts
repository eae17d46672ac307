import { StorageManager, MemoryStorageBackend } from '@aos-storage/core'
const t = async (name: string, f: () => Promise<unknown>) => { const t0=performance.now(); try { console.log(name, '=>', await f(), (performance.now()-t0).toFixed(0)+'ms') } catch (e: any) { console.log(name, 'THROWS', e?.name, e?.code, String(e?.message).slice(0,260)) } }
const t2 = setInterval(()=>{},500)
await t('abort sweep', async () => { const out=new Map<string,number>(); let torn=0; for (let n=0;n<600;n++) { const m=await StorageManager.open('memory'); await m.save('k','old'); const c=new AbortController(); const p=m.writeStream('k',(async function*(){ for(let i=0;i<10;i++){ await null; yield new Uint8Array([65]) } })(),{signal:c.signal}).then(()=>'ok',e=>e.code??e.name); for(let i=0;i<n;i++) await null; c.abort(new Error('x')); const r=await p; const v=await m.load('k'); const fine = r==='ok' ? (v as any).length===10 : v==='old'; if(!fine) torn++; out.set(r,(out.get(r)??0)+1) } return {torn,out:[...out]} })
await t('move race', async () => { let lost=0, conflicts=0, moved=0
  for (let r=0;r<400;r++) { const m = await StorageManager.open('memory'); await m.save('src','v0'); 
    const mover=(async()=>{ try { await m.move('src','dst'); moved++ } catch (e:any) { if (e.code==='CONFLICT') conflicts++; else throw e } })()
    const w=(async()=>{ for (let i=0;i<r%40;i++) await Promise.resolve(); await m.save('src','v1') })()
    await Promise.all([mover,w]); const a=await m.find('src'), b=await m.find('dst'); if (a!=='v1'&&b!=='v1') lost++ }
  return {lost,conflicts,moved} })
await t('two movers same dst create', async () => { const m = await StorageManager.open('memory'); await m.save('a',1); await m.save('b',2); const r=await Promise.allSettled([m.move('a','d',{ifNoneMatch:'*'}),m.move('b','d',{ifNoneMatch:'*'})]); return [r.map((x:any)=>x.status+':'+(x.reason?.code??'')), await m.listKeys()] })
await t('two movers same src', async () => { const m = await StorageManager.open('memory'); await m.save('a',1); const r=await Promise.allSettled([m.move('a','x'),m.move('a','y')]); return [r.map((x:any)=>x.status+':'+(x.reason?.code??'')+' '+(x.reason?.message??'')), await m.listKeys()] })
await t('move ifMatch source changed', async () => { const m = await StorageManager.open('memory'); const d=await m.save('d',0); await m.save('a',1); const p=m.move('a','d',{ifMatch:d.etag}); m.save('a',2); return p.catch((e:any)=>[e.code,e.message,e.key]) })
await t('move self validate', async () => { const m = await StorageManager.open('memory'); await m.save('a',1); return (await m.move('a','a',{ifMatch:5 as any, ifNoneMatch:'zzz' as any})).key })
await t('ifMatch *', async () => { const m = await StorageManager.open('memory'); await m.save('a',1); return m.save('a',2,{ifMatch:'*'}) })
await t('contexts: quoteKey C1', async () => { const m = await StorageManager.open('memory'); try { await m.load('a\u009b31m\u2028b') } catch(e:any) { return [/\u009b/.test(e.message), /\u2028/.test(e.message)] } })
await t('node stream error', async () => { const { Readable } = await import('node:stream'); const m = await StorageManager.open('memory'); const r = new Readable({ read() { this.push(Buffer.from('x')); this.destroy(new Error('disk')) } }); return m.writeStream('k', r as any).catch((e:any)=>[e.code, e.cause?.message]) })
await t('node text stream', async () => { const { Readable } = await import('node:stream'); const m = await StorageManager.open('memory'); return m.writeStream('k', Readable.from(['a','b']) as any).catch((e:any)=>[e.name,e.message]) })
await t('locked web stream', async () => { const m = await StorageManager.open('memory'); const rs=new ReadableStream(); rs.getReader(); return m.writeStream('k', rs as any).catch((e:any)=>[e.name,e.code,e.message]) })
await t('consumed node stream', async () => { const { Readable } = await import('node:stream'); const m = await StorageManager.open('memory'); const r = Readable.from([Buffer.from('a')]); for await (const _ of r); await m.writeStream('k', r as any).then((i)=>console.log('  stored size', i.size)); return 'x' }).catch(()=>{})
await t('wrong bodies', async () => { const m = await StorageManager.open('memory'); const o:any[]=[]; for (const b of [null,undefined,5,{},[1],new ArrayBuffer(3),new DataView(new ArrayBuffer(1)),new Map([[1,2]]),['a'],new Uint16Array(2)]) o.push(await m.writeStream('k', b as any).then(()=>'STORED',(e:any)=>e.name+':'+(e.code??''))); return o })
await t('fileconf typo', async()=>'')
await t('getter in entry twice', async () => { const m = await StorageManager.open('memory'); let n=0; const r=await m.saveMany([{ get key(){ return n++===0?'good':'../evil' }, value:1 } as any]); return [r.map((x:any)=>x.ok?x.key:x.error.code), await m.listKeys()] })
await t('schema Map transform', async () => '')
await t('Object key order/ints', async () => { const m = await StorageManager.open('memory'); await m.save('k', undefined); return [await m.load('k',{default:5}), await m.find('k'), (await m.stat('k')).contentType] })
await t('map mutated by getter', async () => { const m = await StorageManager.open('memory'); const mp=new Map<any,any>(); mp.set('a',{ get x(){ mp.set('b',1); return 1 } }); await m.save('k', mp); return m.load('k').catch((e:any)=>['saved but', e.code, e.cause.message]) })
await t('array subclass proto', async () => { const m = await StorageManager.open('memory'); const a=Object.setPrototypeOf([1,2],['inherited']); await m.save('k', a); return m.load('k') })
clearInterval(t2)
