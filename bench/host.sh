# One host: the machine's own system, with private layers over the folders that log-ins and playbooks write to, so that users,
# files and state are real in there and do not exist outside. Runs in name spaces of its own, where sshd becomes process 1.
#   host.sh LAYERS SSHD-OPTION…
set -e
layers=$1
shift
mount -t tmpfs -o mode=0755 tmpfs "$layers"
for folder in etc var root run home opt srv usr/local; do
  [ -d "/$folder" ] || continue
  upper=$layers/$(echo "$folder" | tr / -)
  mkdir -p "$upper/upper" "$upper/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$upper/upper,workdir=$upper/work" "/$folder"
done
mkdir -p /run/sshd
# Whoever logs in gets a plain shell: what stands in somebody's .bashrc is not to be measured.
sed -i 's#^\(root:.*:\)[^:]*$#\1/bin/sh#' /etc/passwd
exec /usr/sbin/sshd -D -e "$@"
