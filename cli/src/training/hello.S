# What ./mote runs once after a build, so that the JVM keeps the classes that a run loads (JEP 514): the calls that
# every program makes at its start. hello.base64 is this program, linked; there need be no assembler where mote is built.
#
#   gcc -nostdlib -static -Wl,--build-id=none -Wl,-z,noseparate-code -s -o hello hello.S && base64 -w 76 hello >hello.base64

.intel_syntax noprefix
.globl _start
_start:
  mov eax, 12
  xor edi, edi
  syscall
  lea rdi, [rax+0x10000]
  mov eax, 12
  syscall
  mov eax, 9
  xor edi, edi
  mov esi, 0x100000
  mov edx, 3
  mov r10d, 0x22
  mov r8, -1
  xor r9d, r9d
  syscall
  mov byte ptr [rax], 1
  mov rdi, rax
  mov esi, 0x100000
  mov eax, 11
  syscall
  mov eax, 2
  lea rdi, [rip+name]
  xor esi, esi
  syscall
  mov edi, eax
  mov eax, 3
  syscall
  mov eax, 1
  mov edi, 1
  lea rsi, [rip+text]
  mov edx, 6
  syscall
  mov eax, 231
  xor edi, edi
  syscall

name: .asciz "/dev/null"
text: .ascii "hello\n"
