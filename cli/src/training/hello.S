# What ./mote runs once after a build, so that the JVM keeps the classes that a run loads (JEP 514): the calls that
# programs make at their start, those of glibc, musl and Go. hello.base64 is this program, linked; there need be no
# assembler where mote is built.
#
#   gcc -nostdlib -static -Wl,--build-id=none -Wl,-z,noseparate-code -s -o hello hello.S && base64 -w 76 hello >hello.base64

.intel_syntax noprefix
.globl _start

.macro call number, a=0, b=0, c=0, d=0, e=0, f=0
  .quad \number, \a, \b, \c, \d, \e, \f
.endm

.text
_start:
  mov eax, 12 # brk
  xor edi, edi
  syscall
  lea rdi, [rax+0x10000]
  mov eax, 12
  syscall
  mov eax, 9 # mmap
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
  mov eax, 11 # munmap
  syscall
  lea rbx, [rip+calls]
next:
  mov rax, [rbx]
  mov rdi, [rbx+8]
  mov rsi, [rbx+16]
  mov rdx, [rbx+24]
  mov r10, [rbx+32]
  mov r8, [rbx+40]
  mov r9, [rbx+48]
  syscall
  add rbx, 56
  jmp next

.data
calls:
  call 158, 0x1002, buffer       # arch_prctl: FS
  call 218, buffer               # set_tid_address
  call 273, buffer, 24           # set_robust_list
  call 334, buffer, 32           # rseq
  call 302, 0, 3, 0, buffer      # prlimit64
  call 89, exe, buffer, 4096     # readlink
  call 318, buffer, 8, 1         # getrandom
  call 10, buffer, 4096, 3       # mprotect
  call 63, buffer                # uname
  call 228, 1, buffer            # clock_gettime
  call 204, 0, 128, buffer       # sched_getaffinity
  call 13, 11, 0, buffer, 8      # rt_sigaction
  call 14, 0, 0, buffer, 8       # rt_sigprocmask
  call 131, 0, buffer            # sigaltstack
  call 39                        # getpid
  call 186                       # gettid
  call 102                       # getuid
  call 79, buffer, 4096          # getcwd
  call 21, passwd, 4             # access
  call 2, null                   # open: 3
  call 257, -100, maps           # openat: 4
  call 0, 4, buffer, 4096        # read
  call 72, 4, 3                  # fcntl
  call 3, 4                      # close
  call 8, 3                      # lseek
  call 3, 3
  call 262, 1, empty, buffer, 0x1000 # newfstatat
  call 5, 1, buffer              # fstat
  call 16, 1, 0x5401, buffer     # ioctl: a terminal?
  call 28, buffer, 4096, 4       # madvise
  call 1, 1, text, 6             # write
  call 20, 1, vector, 1          # writev
  call 231                       # exit_group
vector: .quad text, 0
exe: .asciz "/proc/self/exe"
maps: .asciz "/proc/self/maps"
null: .asciz "/dev/null"
passwd: .asciz "/etc/passwd"
empty: .asciz ""
text: .ascii "hello\n"

.bss
.balign 4096
buffer: .skip 8192
