/**
 * What is compiled into the addon besides the package's own sources, in the place of functions of TensorFlow's that those call
 * (by the linker's `--wrap`).
 *
 * Signals. oneDNN's float32 matrix product puts the stack pointer into a buffer on the heap while it computes
 * (`mov(rsp, ARG_WS)` in its jit_avx512_common_gemm_f32.cpp), so a signal's frame is written over whatever lies before that
 * buffer: a profiler, or any handled signal, sooner or later aborts the process with "corrupted size vs. prev_size".
 * TensorFlow under Python does the same. Handlers get a stack of their own, and TensorFlow's threads take no signals.
 *
 * Lists. The addon has no attributes that are lists of strings or of types; the fused convolution takes one of each.
 */
export const additions = `
#include <csignal>
#include <cstdlib>
#include <cstring>
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

extern "C" void __real_TFE_OpSetAttrString(TFE_Op*, const char*, const void*, size_t);
extern "C" void __real_TFE_OpSetAttrType(TFE_Op*, const char*, TF_DataType);

// Words with commas between.
extern "C" void __wrap_TFE_OpSetAttrString(TFE_Op* op, const char* name, const void* value, size_t length) {
  if (std::strcmp(name, "fused_ops") != 0) return __real_TFE_OpSetAttrString(op, name, value, length);
  const char* text = static_cast<const char*>(value);
  const void* words[8];
  size_t lengths[8];
  int count = 0;
  for (size_t start = 0; start < length && count < 8; count++) {
    const void* comma = std::memchr(text + start, ',', length - start);
    const size_t end = comma == nullptr ? length : static_cast<const char*>(comma) - text;
    words[count] = text + start;
    lengths[count] = end - start;
    start = end + 1;
  }
  TFE_OpSetAttrStringList(op, name, words, lengths, count);
}

extern "C" void __wrap_TFE_OpSetAttrType(TFE_Op* op, const char* name, TF_DataType type) {
  if (std::strcmp(name, "TArgs") != 0) return __real_TFE_OpSetAttrType(op, name, type);
  TFE_OpSetAttrTypeList(op, name, &type, 1);
}
`;

export const additionFlags = ['TFE_NewContext', 'TFE_OpSetAttrString', 'TFE_OpSetAttrType'].map(
  (name) => `-Wl,--wrap=${name}`,
);
