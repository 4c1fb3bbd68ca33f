import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Only to try it: in production each service is started on its own.
const services = ['account.js', 'shop.js'].map((name) => fork(fileURLToPath(new URL(name, import.meta.url))))

let isStopping = false
const stop = () => {
  // Once: a second signal ends a service at once, with its requests.
  if (isStopping) return
  isStopping = true
  for (const service of services) service.kill('SIGTERM')
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
for (const service of services) {
  service.once('exit', (code) => {
    process.exitCode ||= code ?? 1
    stop()
  })
}
