/*
 * Which sources this library was made of. The jar of the bindings holds the same; see NativeBuild.
 */
__attribute__((visibility("default"))) extern const char millrace_build[];

const char millrace_build[] = MILLRACE_BUILD;
