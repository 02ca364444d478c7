// A library without a C library, for any of them.
static __thread int calls = 40;
static int constructed;

__attribute__((constructor)) static void construct(void) { constructed = 2; }

int plugin_value(int x) { return x + constructed + calls++; }
