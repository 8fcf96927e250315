import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.oozie.CoordinatorActionBean;
import org.apache.oozie.CoordinatorJobBean;
import org.apache.oozie.client.CoordinatorJob;
import org.apache.oozie.client.OozieClient;
import org.apache.oozie.command.coord.CoordCommandUtils;
import org.apache.oozie.command.coord.CoordMaterializeTransitionXCommand;
import org.apache.oozie.coord.CoordELConstants;
import org.apache.oozie.coord.CoordELEvaluator;
import org.apache.oozie.coord.CoordELFunctions;
import org.apache.oozie.coord.SyncCoordAction;
import org.apache.oozie.coord.TimeUnit;
import org.apache.oozie.dependency.FSURIHandler;
import org.apache.oozie.dependency.URIHandler;
import org.apache.oozie.service.Services;
import org.apache.oozie.service.URIHandlerService;
import org.apache.oozie.util.DateUtils;
import org.apache.oozie.util.ELEvaluator;
import org.apache.oozie.util.ParamChecker;
import org.apache.oozie.util.XmlUtils;
import org.jdom.Element;

/**
 * Answers questions about Oozie's calendar by Oozie's own classes: a line a question, fields divided by tabs; a line an
 * answer. An answer that begins with `!` is an exception's class and message.
 */
public class Oracle {
    /** The instances that exist, as their URIs. */
    static final Set<String> existing = new HashSet<>();

    /** Looks for instances in a set instead of a file system. */
    public static class Handler extends FSURIHandler {
        @Override public void init(Configuration conf) {}
        @Override public Context getContext(URI uri, Configuration conf, String user, boolean readOnly) { return null; }
        @Override public boolean exists(URI uri, Context context) { return existing.contains(uri.toString()); }
        @Override public void validate(String uri) {}
    }

    public static class Handlers extends URIHandlerService {
        private final Handler handler = new Handler();
        @Override public void init(Services services) {}
        @Override public void destroy() {}
        @Override public URIHandler getURIHandler(String uri) { return handler; }
        @Override public URIHandler getURIHandler(URI uri) { return handler; }
        @Override public URIHandler getURIHandler(URI uri, boolean validate) { return handler; }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        System.setOut(System.err);
        // Weeks begin on Sunday there, as on most servers.
        java.util.Locale.setDefault(java.util.Locale.US);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        startServices();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = answer(line.split("\t", -1));
            } catch (Throwable thrown) {
                Throwable cause = thrown;
                while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
                answer = "!" + cause.getClass().getSimpleName() + " " + cause.getMessage();
            }
            out.println(answer.replaceAll("\\s+", " "));
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** Only what evaluates definitions: no database, no queue, no Hadoop. */
    static void startServices() throws Exception {
        File home = Files.createTempDirectory("oracle").toFile();
        File conf = new File(home, "conf");
        conf.mkdir();
        Files.write(new File(conf, "oozie-log4j.properties").toPath(),
                "log4j.rootLogger=OFF\n".getBytes(StandardCharsets.UTF_8));
        String services = "SchedulerService,InstrumentationService,ELService,UUIDService"
                .replaceAll("\\w+", "org.apache.oozie.service.$0");
        Files.write(new File(conf, "oozie-site.xml").toPath(), ("<configuration>" + property("oozie.services", services)
                + property("oozie.services.ext", services) + "</configuration>").getBytes(StandardCharsets.UTF_8));
        System.setProperty("oozie.home.dir", home.getAbsolutePath());
        System.setProperty("oozie.config.dir", conf.getAbsolutePath());
        Services started = new Services();
        started.init();
        started.setService(Handlers.class);
    }

    static String property(String name, String value) {
        return "<property><name>" + name + "</name><value>" + value + "</value></property>";
    }

    static String answer(String[] q) throws Exception {
        switch (q[0]) {
            case "zone":
                return String.valueOf(DateUtils.getTimeZone(q[1]).getID().length() > 0);
            case "frequency":
                return ParamChecker.checkFrequency(q[1]).length() > 0 ? "ok" : "";
            case "cron":
                return cron(q[1], time(q[2]), Integer.parseInt(q[3]));
            case "nominal":
                return nominal(q);
            case "next":
                return next(q);
            case "instances":
                return instances(q);
            case "el":
                return el(q);
            case "hours":
                return String.valueOf(DateUtils.hoursInDay(calendar(q[1], time(q[2]))));
            default:
                throw new IllegalArgumentException(q[0]);
        }
    }

    static Date time(String text) throws Exception {
        return DateUtils.parseDateOozieTZ(text);
    }

    static Calendar calendar(String zone, Date time) {
        Calendar calendar = Calendar.getInstance(DateUtils.getTimeZone(zone));
        calendar.setTime(time);
        return calendar;
    }

    /** cron, text, after, count: the next times after one. */
    static String cron(String text, Date after, int count) throws Exception {
        CoordinatorJobBean job = new CoordinatorJobBean();
        job.setFrequency(text);
        List<String> times = new ArrayList<>();
        Date time = after;
        for (int i = 0; i < count; i++) {
            time = CoordCommandUtils.getNextValidActionTimeForCronFrequency(time, job);
            if (time == null) break;
            times.add(DateUtils.formatDateOozieTZ(time));
        }
        return String.join(" ", times);
    }

    /** A command whose throttle is as wide as asked for, and which materialises without storing anything. */
    static class Materialise extends CoordMaterializeTransitionXCommand {
        Materialise(CoordinatorJobBean job, Date from, Date until) {
            super(job, 3600, from, until);
        }
        String run() throws Exception {
            return materializeActions(true);
        }
    }

    /** The job of a question's first seven fields: what, frequency, unit, end of, zone, start, end. */
    static CoordinatorJobBean job(String[] q) throws Exception {
        CoordinatorJobBean job = new CoordinatorJobBean();
        job.setId("0000000-1-oracle-C");
        job.setFrequency(q[1]);
        job.setTimeUnit(CoordinatorJob.Timeunit.valueOf(q[2]));
        job.setTimeZone(q[4]);
        job.setStartTime(time(q[5]));
        job.setEndTime(time(q[6]));
        job.setExecutionOrder(CoordinatorJob.Execution.FIFO);
        job.setTimeout(1);
        job.setConf("<configuration>" + property("user.name", "u") + "</configuration>");
        job.setJobXml("<coordinator-app xmlns='uri:oozie:coordinator:0.4' name='c' frequency='" + q[1]
                + "' freq_timeunit='" + q[2] + "' end_of_duration='" + q[3] + "' timezone='" + q[4] + "' start='" + q[5]
                + "' end='" + q[6] + "'><action><workflow><app-path>/a</app-path></workflow></action></coordinator-app>");
        return job;
    }

    /** nominal, ..., actions before, throttle, from: times of the actions that one go makes. */
    static String nominal(String[] q) throws Exception {
        CoordinatorJobBean job = job(q);
        job.setLastActionNumber(Integer.parseInt(q[7]));
        job.setMatThrottling(Integer.parseInt(q[8]));
        String made = new Materialise(job, time(q[9]), time(q[6])).run();
        Matcher matcher = Pattern.compile("action-nominal-time=\"([^\"]*)\"").matcher(made);
        List<String> times = new ArrayList<>();
        while (matcher.find()) times.add(matcher.group(1));
        return String.join(" ", times);
    }

    /** next, ..., number, nominal time: the nominal time of the action after that one. */
    static String next(String[] q) throws Exception {
        CoordinatorActionBean action = new CoordinatorActionBean();
        action.setActionNumber(Integer.parseInt(q[7]));
        action.setNominalTime(time(q[8]));
        Date next = CoordCommandUtils.computeNextNominalTime(job(q), action);
        return next == null ? "" : DateUtils.formatDateOozieTZ(next);
    }

    static Element event(String frequency, String unit, String endOf, String zone, String initial, String inner)
            throws Exception {
        return XmlUtils.parseXml("<data-in xmlns='uri:oozie:coordinator:0.4' name='in' dataset='d'><dataset name='d' frequency='"
                + frequency + "' freq_timeunit='" + unit + "' end_of_duration='" + endOf + "' timezone='" + zone
                + "' initial-instance='" + initial + "'><uri-template>x://h/${YEAR}-${MONTH}-${DAY}T${HOUR}_${MINUTE}</uri-template>"
                + "<done-flag></done-flag></dataset>" + inner + "</data-in>");
    }

    static Configuration conf() {
        Configuration conf = new Configuration(false);
        conf.set(OozieClient.USER_NAME, "u");
        return conf;
    }

    static SyncCoordAction action(String nominal, String actual, String zone) throws Exception {
        SyncCoordAction action = new SyncCoordAction();
        action.setActionId("a");
        action.setName("c");
        action.setNominalTime(time(nominal));
        action.setActualTime(time(actual));
        action.setTimeZone(DateUtils.getTimeZone(zone));
        action.setFrequency("1");
        action.setTimeUnit(TimeUnit.DAY);
        action.setEndOfDuration(TimeUnit.NONE);
        return action;
    }

    /**
     * instances, frequency, unit, end of, zone, initial, nominal, actual, existing, instance [, end]: times in the order
     * of Oozie, or `unresolved`.
     */
    static String instances(String[] q) throws Exception {
        String inner = q.length == 10 ? "<instance>" + q[9] + "</instance>"
                : "<start-instance>" + q[9] + "</start-instance><end-instance>" + q[10] + "</end-instance>";
        Element event = event(q[1], q[2], q[3], q[4], q[5], inner);
        SyncCoordAction action = action(q[6], q[7], "UTC");
        Configuration conf = conf();
        ELEvaluator eval = CoordELEvaluator.createInstancesELEvaluator(event, action, conf);
        StringBuilder found = new StringBuilder();
        CoordCommandUtils.resolveInstances(event, found, action, conf, eval);
        CoordCommandUtils.resolveInstanceRange(event, found, action, conf, eval);
        if (!found.toString().contains("latest") && !found.toString().contains("future")) {
            // What the action then waits for: Oozie fails here when an instance is no time.
            CoordCommandUtils.createEarlyURIs(event, found.toString(), new StringBuilder(), new StringBuilder());
            return found.toString().replace('#', ' ');
        }
        existing.clear();
        for (String there : q[8].isEmpty() ? new String[0] : q[8].split(" "))
            existing.add("x://h/" + there.substring(0, 13) + "_" + there.substring(14, 16));
        ELEvaluator lazy = CoordELEvaluator.createLazyEvaluator(time(q[7]), time(q[6]), event, conf);
        String times = CoordELFunctions.evalAndWrap(lazy, found.toString());
        return Boolean.TRUE.equals(lazy.getVariable(CoordELConstants.IS_RESOLVED)) ? times.replace('#', ' ')
                : "unresolved";
    }

    /** el, frequency, unit, end of, zone, initial, nominal, job's zone, expression. */
    static String el(String[] q) throws Exception {
        Element event = event(q[1], q[2], q[3], q[4], q[5], "");
        ELEvaluator eval = CoordELEvaluator.createInstancesELEvaluator("coord-action-create-inst", event,
                action(q[6], q[6], q[7]), conf());
        return eval.evaluate(q[8], String.class);
    }
}
