import { type EnvelopeOptions, envelopeKeys, type KeyContext, type KeyProvider } from '../src/index.ts'

/** Where Vault is, and the key of its transit engine. */
export interface VaultTransit extends Omit<EnvelopeOptions, 'wrap' | 'unwrap'> {
  /** Such as `https://vault.internal:8200`. */
  address: string
  /** A token whose policy has `update` on `transit/encrypt/<key>` and `transit/decrypt/<key>`, and nothing else. */
  token: string
  /** From `vault write -f transit/keys/sessions type=aes256-gcm96`. */
  key: string
}

/**
 * Data keys that Vault's transit engine wraps:
 *
 *   await app.register(storedSession, { database, secret, keys: vaultTransitKeys({ address, token, key: 'sessions' }) })
 */
export function vaultTransitKeys({ address, token, key, ...limits }: VaultTransit): KeyProvider {
  const call = async (work: 'encrypt' | 'decrypt', body: object, signal: AbortSignal) => {
    const response = await fetch(`${address}/v1/transit/${work}/${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-vault-token': token },
      body: JSON.stringify(body),
      signal,
    })
    if (!response.ok) throw new Error(`Vault answered ${response.status}`)
    const { data } = (await response.json()) as { data: { plaintext: string; ciphertext: string } }
    return data
  }
  return envelopeKeys({
    ...limits,
    async wrap(plaintext, context, signal) {
      const body = { plaintext: plaintext.toString('base64'), associated_data: associatedData(context) }
      return Buffer.from((await call('encrypt', body, signal)).ciphertext)
    },
    async unwrap(wrapped, context, signal) {
      const body = { ciphertext: wrapped.toString(), associated_data: associatedData(context) }
      return Buffer.from((await call('decrypt', body, signal)).plaintext, 'base64')
    },
  })
}

/** Vault unwraps a key only for the table and the id that it was wrapped for. */
function associatedData({ namespace, keyId }: KeyContext): string {
  return Buffer.from(`stored-session/${namespace}/${keyId}`).toString('base64')
}
