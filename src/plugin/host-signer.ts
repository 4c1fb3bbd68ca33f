import type { Signer } from '@fastify/cookie'
import type { HostStore } from './host-store.ts'
import { requestNote } from './request-state.ts'

/**
 * A signer of ids for the host, which verifies the id of a request, and signs it again for its session. That signature
 * is known already, unless it was made with a former secret.
 */
export function hostSigner(signer: Signer, hostStore: HostStore): Pick<Signer, 'sign' | 'unsign'> {
  return {
    sign(id) {
      const { signedId } = hostStore.call
      return signedId?.startsWith(`${id}.`) ? signedId : signer.sign(id)
    },
    unsign(signedId) {
      const result = signer.unsign(signedId)
      const { loading } = hostStore.call
      if (loading && result.valid && !result.renew) requestNote(loading).signedId = signedId
      return result
    },
  }
}
