import assert from 'node:assert/strict'
import { HttpVisitor } from '../../support/http-visitor.ts'
import type { ExampleProject } from './example-project.ts'
import { ADA, bodyOf, statusOf } from './requests.ts'

const GRACE = { ...ADA, name: 'grace' }

export async function useRevokingWorker(project: ExampleProject): Promise<void> {
  // The command that README.md names, although the configuration here needs the secret that it makes.
  const made = await project.npx(['stored-session', 'secret'], { SESSION_SECRET: '' })
  assert.match(made, /^\S{64}\n$/)
  await project.running(async ({ url }) => {
    const [here, there, grace] = [new HttpVisitor(url), new HttpVisitor(url), new HttpVisitor(url)]
    for (const visitor of [here, there]) assert.equal(await statusOf(visitor.post('/login', ADA)), 200)
    assert.equal(await statusOf(grace.post('/login', GRACE)), 200)

    const nobody = project.start('block')
    assert.equal(await nobody.ended(), 1)
    assert.match(nobody.output, /There is no account ""/)

    await project.running(
      async (worker) => {
        const block = project.start('block', {}, ['ada'])
        assert.equal(await block.ended(), 0, block.output)
        assert.equal(await worker.printed(/^Ended (\d+) sessions of ada\n/m), '2')
      },
      { script: 'worker', ready: /^Waiting/m },
    )

    for (const visitor of [here, there]) {
      const { reason } = (await bodyOf(visitor.get('/me'))) as { reason: string }
      assert.equal(reason, 'revoked')
    }
    assert.equal(await statusOf(here.post('/login', ADA)), 403)
    assert.equal(await statusOf(here.get('/me')), 401)
    assert.equal(await statusOf(grace.get('/me')), 200)
    const history = await project.npx(['stored-session', 'history', '--user', 'ada', '--kind', 'ended'])
    assert.equal(history.match(/ revoked +worker /g)?.length, 2, history)
  })
}
