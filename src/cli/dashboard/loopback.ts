const NAME = String.raw`localhost|127(?:\.\d{1,3}){3}|\[::1\]`
const HOST_HEADER = new RegExp(`^(?:${NAME})(?::\\d{1,5})?$`, 'i')
const ADDRESS = new RegExp(`^(?:${NAME}|::1)$`, 'i')

/** Whether only programs of this machine reach a server that listens on this name or address. */
export const isLoopback = (host: string) => ADDRESS.test(host)

/**
 * Whether a request names this machine in its header `Host`, with any port: an SSH tunnel may begin at another one. A page
 * of another site that points its own name at 127.0.0.1 (DNS rebinding) sends that name.
 */
export const namesLoopback = (hostHeader: string | undefined) => HOST_HEADER.test(hostHeader ?? '')
