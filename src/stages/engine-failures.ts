/** What engines say when memory is short, put into words with what to change. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { RunStage, StageContext } from './context.ts';

/** A kind that computes on an engine, its failures explained. */
export function explained({ run }: { readonly run: RunStage }): { readonly run: RunStage } {
  return {
    run: async (context) => {
      try {
        return await run(context);
      } catch (error) {
        throw asFailure(error, context);
      }
    },
  };
}

/** TensorFlow's allocators, WebAssembly's memory, WebGPU's, JavaScript's own arrays. */
const outOfMemory =
  /OOM when allocating|RESOURCE_?EXHAUSTED|failed to allocate|out of memory|cannot enlarge memory|aborted\(OOM|allocation failed|memory access out of bounds|invalid (?:typed )?array (?:buffer )?length/i;

/** The error, or what it means where memory was short. */
export function asFailure(
  error: unknown,
  { engine, params }: Pick<StageContext, 'engine' | 'params'>,
): unknown {
  if (error instanceof Failure || !(error instanceof Error) || !outOfMemory.test(error.message)) return error;
  const said = error.message.split('\n').find((line) => outOfMemory.test(line));
  return new Failure(
    'out-of-memory',
    `the engine \`${engine?.name}\` ran out of memory with batchSize ${params.batchSize}: ${said?.trim()}`,
    {
      fix: `lower batchSize, which needs memory in proportion, or the network's width; other programs may hold the device's memory too`,
    },
  );
}
