import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Binds to the loopback address what asks for all addresses. HiveServer2, Hive's metastore, the shuffle handler and
 * MapReduce's application masters have no setting for it that they obey.
 */
public final class LoopbackAgent {
  public static void premain(String arguments, Instrumentation instrumentation) {
    new AgentBuilder.Default()
        .disableClassFormatChanges()
        .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
        .ignore(ElementMatchers.none())
        .type(ElementMatchers.named("java.net.ServerSocket")
            .or(ElementMatchers.named("sun.nio.ch.ServerSocketChannelImpl")))
        .transform((builder, type, loader, module, domain) -> builder.visit(
            Advice.to(Bind.class).on(ElementMatchers.named("bind").and(ElementMatchers.takesArguments(2)))))
        .installOn(instrumentation);
  }

  /** Copied into the beginning of each `bind`, so it may name nothing that the boot class loader does not know. */
  static final class Bind {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) SocketAddress address) {
      if (address == null) {
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      } else if (address instanceof InetSocketAddress) {
        InetSocketAddress asked = (InetSocketAddress) address;
        if (asked.getAddress() != null && asked.getAddress().isAnyLocalAddress()) {
          address = new InetSocketAddress(InetAddress.getLoopbackAddress(), asked.getPort());
        }
      }
    }
  }
}
