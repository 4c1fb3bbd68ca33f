import type { TcpProxy } from '../harness/tcp-proxy.ts'
import type { Fault } from './fault.ts'
import type { Ground } from './ground.ts'

/** What the way to a server can do to statements and replies. */
export const networkFaults: Fault[] = [
  trouble('the server is not reachable', 'all', (proxy) => {
    proxy.isRefusing = true
    proxy.reset()
  }),
  trouble('connections break before the reply', 'all', (proxy) => proxy.loseReplies()),
  trouble('bytes vanish on their way', 'all', (proxy) => proxy.drop()),
  trouble('replies are 50 ms late', 'none', (proxy) => proxy.delay(50)),
  trouble('replies come byte by byte', 'none', (proxy) => proxy.slice()),
]

export function trouble(
  name: string,
  refuses: Fault['refuses'],
  cause: (proxy: TcpProxy, ground: Ground) => void,
): Fault {
  return {
    name,
    refuses,
    begin(ground) {
      const proxy = ground.proxy!
      cause(proxy, ground)
      return () => proxy.heal()
    },
  }
}
