/** The two files that the processes of a Ceph cluster of one machine share. */
import { randomBytes, randomUUID } from 'node:crypto'

export interface CephSettings {
  readonly folder: string
  readonly monitorPort: number
  readonly gatewayPort: number
}

/** `ceph.conf`: https://docs.ceph.com/en/pacific/rados/configuration/ceph-conf/ */
export function cephConfiguration({ folder, monitorPort, gatewayPort }: CephSettings): string {
  return `[global]
fsid = ${randomUUID()}
mon host = [v2:127.0.0.1:${monitorPort}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
# The gateway does not start without authentication.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
mon warn on insecure global id reclaim allowed = false
keyring = ${folder}/keyring

# Everything in the folder; errors to the standard error, which the supervisor keeps.
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/run
run dir = ${folder}/run
crash dir = ${folder}/run
log to file = false
mon cluster log to file = false
# The path of a socket has 107 characters at most, and nobody asks there.
admin socket =

# One copy of all, in memory.
osd objectstore = memstore
memstore device bytes = 8589934592
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
osd crush chooseleaf type = 0
# A new bucket waits so long for a gateway that was killed to hear of it.
osd client watch timeout = 2

rgw frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw enable usage log = false
# A day of a lifecycle rule is three seconds long.
rgw lc debug interval = 3

[mon]
# The monitor collects changes for a second before it agrees with itself: pools would be slow.
paxos propose interval = 0.02
paxos min wait = 0.01
mon tick interval = 1
# On a disk that is nearly full the monitor would stop.
mon data avail crit = 1

[mon.a]
public addr = 127.0.0.1:${monitorPort}

[client]
# How often a command that came before the OSD looks for it, and the gateway says that it lives.
objecter tick interval = 0.2
`
}

/** Who may do what, with a new key for each. */
export function cephKeyring(): string {
  const all = 'allow *'
  return [
    entry('mon.', { mon: all }),
    entry('client.admin', { mon: all, osd: all }),
    entry('client.rgw', { mon: 'allow rw', osd: 'allow rwx' }),
    entry('osd.0', { mon: 'allow profile osd', osd: all }),
  ].join('')
}

function entry(name: string, may: Readonly<Record<string, string>>): string {
  const caps = Object.entries(may).map(([what, cap]) => `\tcaps ${what} = "${cap}"\n`)
  return `[${name}]\n\tkey = ${newKey()}\n${caps.join('')}`
}

/** As `ceph-authtool --gen-key`: type 1 (AES), time of creation, length and the key itself. */
function newKey(): string {
  const secret = randomBytes(16)
  const header = Buffer.alloc(12)
  header.writeUInt16LE(1, 0)
  header.writeUInt32LE(Math.floor(Date.now() / 1000), 2)
  header.writeUInt16LE(secret.length, 10)
  return Buffer.concat([header, secret]).toString('base64')
}
