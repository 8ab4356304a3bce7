/**
 * What is compiled into the addon besides the package's own sources. oneDNN's float32 matrix product puts the stack pointer
 * into a buffer on the heap while it computes (`mov(rsp, ARG_WS)` in its jit_avx512_common_gemm_f32.cpp), so a signal's
 * frame is written over whatever lies before that buffer: a profiler, or any handled signal, sooner or later aborts the
 * process with "corrupted size vs. prev_size". TensorFlow under Python does the same. Handlers get a stack of their own here,
 * and TensorFlow's threads take no signals.
 */
export const signalStack = `
#include <csignal>
#include <cstdlib>
#include "tensorflow/c/eager/c_api.h"

static void useSignalStack() {
  stack_t stack{};
  stack.ss_size = 1 << 18;
  stack.ss_sp = std::malloc(stack.ss_size);
  if (stack.ss_sp == nullptr || sigaltstack(&stack, nullptr) != 0) return;
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) != 0) continue;
    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
    action.sa_flags |= SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
}

extern "C" TFE_Context* __real_TFE_NewContext(const TFE_ContextOptions*, TF_Status*);

// The linker puts this in the place of TFE_NewContext, which starts TensorFlow's threads: they inherit what is blocked.
extern "C" TFE_Context* __wrap_TFE_NewContext(const TFE_ContextOptions* options, TF_Status* status) {
  useSignalStack();
  sigset_t blocked, before;
  sigfillset(&blocked);
  const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
  for (int fault : faults) sigdelset(&blocked, fault);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  TFE_Context* context = __real_TFE_NewContext(options, status);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return context;
}
`;

export const signalStackFlags = ['-Wl,--wrap=TFE_NewContext'];
