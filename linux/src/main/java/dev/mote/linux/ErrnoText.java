package dev.mote.linux;

/// What people read for an error number: the messages of the GNU C library (`strerror`).
final class ErrnoText {
  private ErrnoText() {}

  static String of(Errno errno) {
    return switch (errno) {
      case EPERM -> "Operation not permitted";
      case ENOENT -> "No such file or directory";
      case ESRCH -> "No such process";
      case EINTR -> "Interrupted system call";
      case EIO -> "Input/output error";
      case ENXIO -> "No such device or address";
      case E2BIG -> "Argument list too long";
      case ENOEXEC -> "Exec format error";
      case EBADF -> "Bad file descriptor";
      case ECHILD -> "No child processes";
      case EAGAIN -> "Resource temporarily unavailable";
      case ENOMEM -> "Cannot allocate memory";
      case EACCES -> "Permission denied";
      case EFAULT -> "Bad address";
      case ENOTBLK -> "Block device required";
      case EBUSY -> "Device or resource busy";
      case EEXIST -> "File exists";
      case EXDEV -> "Invalid cross-device link";
      case ENODEV -> "No such device";
      case ENOTDIR -> "Not a directory";
      case EISDIR -> "Is a directory";
      case EINVAL -> "Invalid argument";
      case ENFILE -> "Too many open files in system";
      case EMFILE -> "Too many open files";
      case ENOTTY -> "Inappropriate ioctl for device";
      case ETXTBSY -> "Text file busy";
      case EFBIG -> "File too large";
      case ENOSPC -> "No space left on device";
      case ESPIPE -> "Illegal seek";
      case EROFS -> "Read-only file system";
      case EMLINK -> "Too many links";
      case EPIPE -> "Broken pipe";
      case EDOM -> "Numerical argument out of domain";
      case ERANGE -> "Numerical result out of range";
      case EDEADLK -> "Resource deadlock avoided";
      case ENAMETOOLONG -> "File name too long";
      case ENOLCK -> "No locks available";
      case ENOSYS -> "Function not implemented";
      case ENOTEMPTY -> "Directory not empty";
      case ELOOP -> "Too many levels of symbolic links";
      case ENOMSG -> "No message of desired type";
      case EIDRM -> "Identifier removed";
      case ECHRNG -> "Channel number out of range";
      case EL2NSYNC -> "Level 2 not synchronized";
      case EL3HLT -> "Level 3 halted";
      case EL3RST -> "Level 3 reset";
      case ELNRNG -> "Link number out of range";
      case EUNATCH -> "Protocol driver not attached";
      case ENOCSI -> "No CSI structure available";
      case EL2HLT -> "Level 2 halted";
      case EBADE -> "Invalid exchange";
      case EBADR -> "Invalid request descriptor";
      case EXFULL -> "Exchange full";
      case ENOANO -> "No anode";
      case EBADRQC -> "Invalid request code";
      case EBADSLT -> "Invalid slot";
      case EBFONT -> "Bad font file format";
      case ENOSTR -> "Device not a stream";
      case ENODATA -> "No data available";
      case ETIME -> "Timer expired";
      case ENOSR -> "Out of streams resources";
      case ENONET -> "Machine is not on the network";
      case ENOPKG -> "Package not installed";
      case EREMOTE -> "Object is remote";
      case ENOLINK -> "Link has been severed";
      case EADV -> "Advertise error";
      case ESRMNT -> "Srmount error";
      case ECOMM -> "Communication error on send";
      case EPROTO -> "Protocol error";
      case EMULTIHOP -> "Multihop attempted";
      case EDOTDOT -> "RFS specific error";
      case EBADMSG -> "Bad message";
      case EOVERFLOW -> "Value too large for defined data type";
      case ENOTUNIQ -> "Name not unique on network";
      case EBADFD -> "File descriptor in bad state";
      case EREMCHG -> "Remote address changed";
      case ELIBACC -> "Can not access a needed shared library";
      case ELIBBAD -> "Accessing a corrupted shared library";
      case ELIBSCN -> ".lib section in a.out corrupted";
      case ELIBMAX -> "Attempting to link in too many shared libraries";
      case ELIBEXEC -> "Cannot exec a shared library directly";
      case EILSEQ -> "Invalid or incomplete multibyte or wide character";
      case ERESTART -> "Interrupted system call should be restarted";
      case ESTRPIPE -> "Streams pipe error";
      case EUSERS -> "Too many users";
      case ENOTSOCK -> "Socket operation on non-socket";
      case EDESTADDRREQ -> "Destination address required";
      case EMSGSIZE -> "Message too long";
      case EPROTOTYPE -> "Protocol wrong type for socket";
      case ENOPROTOOPT -> "Protocol not available";
      case EPROTONOSUPPORT -> "Protocol not supported";
      case ESOCKTNOSUPPORT -> "Socket type not supported";
      case EOPNOTSUPP -> "Operation not supported";
      case EPFNOSUPPORT -> "Protocol family not supported";
      case EAFNOSUPPORT -> "Address family not supported by protocol";
      case EADDRINUSE -> "Address already in use";
      case EADDRNOTAVAIL -> "Cannot assign requested address";
      case ENETDOWN -> "Network is down";
      case ENETUNREACH -> "Network is unreachable";
      case ENETRESET -> "Network dropped connection on reset";
      case ECONNABORTED -> "Software caused connection abort";
      case ECONNRESET -> "Connection reset by peer";
      case ENOBUFS -> "No buffer space available";
      case EISCONN -> "Transport endpoint is already connected";
      case ENOTCONN -> "Transport endpoint is not connected";
      case ESHUTDOWN -> "Cannot send after transport endpoint shutdown";
      case ETOOMANYREFS -> "Too many references: cannot splice";
      case ETIMEDOUT -> "Connection timed out";
      case ECONNREFUSED -> "Connection refused";
      case EHOSTDOWN -> "Host is down";
      case EHOSTUNREACH -> "No route to host";
      case EALREADY -> "Operation already in progress";
      case EINPROGRESS -> "Operation now in progress";
      case ESTALE -> "Stale file handle";
      case EUCLEAN -> "Structure needs cleaning";
      case ENOTNAM -> "Not a XENIX named type file";
      case ENAVAIL -> "No XENIX semaphores available";
      case EISNAM -> "Is a named type file";
      case EREMOTEIO -> "Remote I/O error";
      case EDQUOT -> "Disk quota exceeded";
      case ENOMEDIUM -> "No medium found";
      case EMEDIUMTYPE -> "Wrong medium type";
      case ECANCELED -> "Operation canceled";
      case ENOKEY -> "Required key not available";
      case EKEYEXPIRED -> "Key has expired";
      case EKEYREVOKED -> "Key has been revoked";
      case EKEYREJECTED -> "Key was rejected by service";
      case EOWNERDEAD -> "Owner died";
      case ENOTRECOVERABLE -> "State not recoverable";
      case ERFKILL -> "Operation not possible due to RF-kill";
      case EHWPOISON -> "Memory page has hardware error";
    };
  }

  /// `ENOENT (No such file or directory)`, or the number when no error has it.
  ///
  /// @param value a positive error number
  static String describe(long value) {
    for (Errno errno : Errno.values()) {
      if (errno.value == value) {
        return errno.name() + " (" + of(errno) + ")";
      }
    }
    return "E" + value;
  }
}
