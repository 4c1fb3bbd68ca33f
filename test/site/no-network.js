// Loaded into the build by --import: it fails, rather than leave out silently what it could not fetch.
import net from 'node:net'

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function refused(...args) {
  const [options] = net._normalizeArgs(args.flat())
  if (options.path) return connect.apply(this, args)
  throw new Error(`The build of the site must not need the network, and connects to ${options.host}:${options.port}.`)
}
